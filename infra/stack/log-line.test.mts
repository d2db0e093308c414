import { expect, it } from 'vitest';
import { isStartUpNoise, readable } from './log-line.mts';

const time = '2026-11-23T02:13:26.023Z';
const clock = `${new Date(time).toTimeString().slice(0, 8)}.023`;

it('shows a line of the launcher as a sentence and what belongs to it, at its time', () => {
  const line = JSON.stringify({ level: 40, time, msg: 'a container failed', name: 'record-vote', exit: 1 });
  expect(readable('launcher', line)).toBe(`${clock} launcher  ! a container failed  name=record-vote  exit=1`);
});

it('shows a line of Postgres at the same kind of time', () => {
  const line = '2026-11-23 02:13:26.023 UTC record-vote ERROR:  permission denied';
  expect(readable('database', line)).toBe(`${clock} database  record-vote ERROR:  permission denied`);
});

it.each([
  ['in a message', JSON.stringify({ time, msg: '\u001b]0;owned\u0007\u001b[2J\u009b31m\r' })],
  ['in a value', JSON.stringify({ time, msg: '', text: '\u001b[31mred\u0000' })],
  ['in the direction of its text', JSON.stringify({ time, msg: '\u202elortnoc' })],
  ['in what is no JSON', '{"\u001b[2J'],
  ['in a name that Postgres repeats', '2026-11-23 02:13:26.023 UTC x ERROR:  column "\u001b[2J" does not exist'],
])('passes no control character on to the terminal: %s', (_, line) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(readable('launcher', line)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
});

it('indents what follows a line break, so that it does not look like a line of ours', () => {
  const line = JSON.stringify({ time, msg: 'first\n12:00:00.000 launcher  a lie' });
  expect(readable('launcher', line).split('\n')[1]).toBe('               12:00:00.000 launcher  a lie');
});

it('knows what Postgres says at every start, and takes nothing else for it', () => {
  const said = (text: string) => isStartUpNoise(`2026-11-23 02:13:26.023 UTC  ${text}`);
  expect(said('LOG:  database system is ready to accept connections')).toBe(true);
  expect(said('FATAL:  the database system is starting up')).toBe(true);
  expect(said('LOG:  database system was not properly shut down; automatic recovery in progress')).toBe(false);
});
