import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { parseSettings, SettingsError } from './settings.ts';

const folder = mkdtempSync(`${tmpdir()}/config-`);
afterAll(() => rmSync(folder, { recursive: true }));
const secretFile = `${folder}/session-secret`;
writeFileSync(secretFile, 'x'.repeat(64));
const needed = { STACK_ID: 'a-stack', SESSION_SECRET_FILE: secretFile };

test('what is not set, or set to nothing, has its default', () => {
  const config = parseSettings({ ...needed, POLL_OPTIONS: '', LIVE: '' });
  expect(config).toMatchObject({
    ownImages: { prefix: '', tag: 'latest' },
    live: true,
    votesPerMinutePerAddress: 0,
    functionIdleTimeoutMs: 60_000,
    webIdleTimeoutMs: 60_000,
  });
  expect(config.polls.poll.options.map(({ id }) => id)).toEqual(['cats', 'dogs']);
  expect(config.polls.file).toBeUndefined();
});

test('a file adds polls, and a mistake in it is named by its line', () => {
  const POLLS = 'Tea or coffee?\nTea\nCoffee\n\nSooner?\nYes\nNo\n';
  expect(parseSettings({ ...needed, POLLS }).polls.file).toMatchObject({
    content: POLLS,
    polls: [{ question: 'Tea or coffee?' }, { question: 'Sooner?' }],
  });
  expect(() => parseSettings({ ...needed, POLLS: `${POLLS}\nAlone?\n` })).toThrow(/POLLS: Line 9: options: 0 given/);
});

test('the secret reaches containers only where the catalog names it', () => {
  const { handedOn } = parseSettings(needed);
  expect(handedOn.get('SESSION_SECRET')).toBe('x'.repeat(64));
});

test('all that is wrong is named at once', () => {
  const wrong = {
    STACK_ID: 'A stack!',
    SESSION_SECRET_FILE: '/nowhere',
    WEB_IDLE_TIMEOUT_MS: 'soon',
    VOTES_PER_MINUTE_PER_ADDRESS: '-1',
    POLL_OPTIONS: 'one',
  };
  const problems = [
    'STACK_ID',
    'SESSION_SECRET_FILE',
    'WEB_IDLE_TIMEOUT_MS',
    'VOTES_PER_MINUTE_PER_ADDRESS',
    'POLL_OPTIONS',
  ];
  expect(() => parseSettings(wrong)).toThrow(SettingsError);
  for (const problem of problems) expect(() => parseSettings(wrong)).toThrow(problem);
});

test('a Swarm needs its task and a password, and what is wrong with them is named beside all else', () => {
  const onSwarm = { ...needed, ENGINE: 'swarm', DATABASE_PASSWORD_FILE: secretFile, LIVE: 'perhaps' };
  expect(() => parseSettings(onSwarm)).toThrow(/^Invalid settings:\n {2}LIVE: .*\n {2}TASK_ID: ENGINE=swarm needs/);
  writeFileSync(`${secretFile}-odd`, 'no password');
  expect(() => parseSettings({ ...onSwarm, DATABASE_PASSWORD_FILE: `${secretFile}-odd`, POLL_OPTIONS: 'one' })).toThrow(
    /LIVE: [\s\S]*TASK_ID: [\s\S]*DATABASE_PASSWORD_FILE: [\s\S]*POLL_OPTIONS: /,
  );
  const task = { TASK_ID: 'a'.repeat(25), LIVE: '' };
  expect(parseSettings({ ...onSwarm, ...task }).engine).toEqual({
    ...{ kind: 'swarm', taskId: task.TASK_ID, databaseHost: 'database', databasePassword: 'x'.repeat(64) },
  });
});

test('there is a presenter only with a key that cannot be guessed', () => {
  expect(parseSettings({ ...needed, PRESENTER_KEY_FILE: '/nowhere' }).presenterKey).toBeUndefined();
  expect(parseSettings({ ...needed, PRESENTER_KEY_FILE: secretFile }).presenterKey).toBe('x'.repeat(64));
  const short = `${secretFile}-short`;
  writeFileSync(short, 'guess');
  expect(parseSettings({ ...needed, PRESENTER_KEY_FILE: short }).presenterKey).toBeUndefined();
});

test.each([
  ['', ''],
  ['ghcr.io/somebody', 'ghcr.io/somebody/'],
  ['127.0.0.1:5000', '127.0.0.1:5000/'],
])('the registry %j comes in front of our images', (IMAGE_PREFIX, prefix) => {
  expect(parseSettings({ ...needed, IMAGE_PREFIX }).ownImages).toEqual({ prefix, tag: 'latest' });
});

test.each(['ghcr.io/', 'http://ghcr.io', 'a b', '-v', 'ghcr.io:x', '../etc'])('%j is no registry', (IMAGE_PREFIX) => {
  expect(() => parseSettings({ ...needed, IMAGE_PREFIX })).toThrow('IMAGE_PREFIX: has to be a registry');
});

test('a proxy in front of the pages needs them for itself', () => {
  expect(parseSettings({ ...needed, BIND: '127.0.0.1', BEHIND_PROXY: '1' }).behindProxy).toBe(true);
  for (const BIND of ['0.0.0.0', '192.168.1.2', ''])
    expect(() => parseSettings({ ...needed, BIND, BEHIND_PROXY: '1' })).toThrow('BEHIND_PROXY: needs BIND=127.0.0.1');
});
