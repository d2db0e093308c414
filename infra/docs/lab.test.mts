import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { solved } from './exercise.mts';
import { parseLab, readLabs } from './lab.mts';
import { commandsAt, outputAsWritten } from './places.mts';
import { Shell } from './shell.mts';

const SECTIONS = [
  ...['Steps', 'What happened, and why', 'Take it elsewhere', 'Exercise', 'If it went wrong', 'Tear down'].map(
    (title) => `## ${title}`,
  ),
];

describe('a lab', () => {
  test('is parsed into commands and their output', () => {
    const text = '# Title\n\n1. Do\n\n   ```sh\n   a\n     b\n   ```\n\n   ```text\n   out\n   ```\n\n```sh\nc\n```\n';
    expect(parseLab('01-a.md', text)).toMatchObject({
      title: 'Title',
      steps: [
        { line: 5, commands: 'a\n  b', shown: 'out' },
        { line: 14, commands: 'c', shown: undefined },
      ],
    });
  });

  test('may have changes of files, which are applied', () => {
    expect(parseLab('01-a.md', '```diff\n-a\n+b\n```\n').steps).toEqual([
      { line: 1, commands: "git apply --recount <<'DIFF'\n-a\n+b\nDIFF", shown: undefined },
    ]);
  });

  test.each([
    ['output of nothing', '```text\nx\n```'],
    ['a second output', '```sh\nx\n```\n```text\nx\n```\n```text\nx\n```'],
    ['a block that nobody runs', '```bash\nx\n```'],
    ['a block without an end', '```sh\nx\n'],
  ])('is refused for %s', (_what, text) => {
    expect(() => parseLab('01-a.md', text)).toThrow(/^01-a\.md:\d+: /);
  });
});

describe.each(readLabs())('$file', ({ file, title, text, steps }) => {
  test('has a goal with a duration, all sections in order, and a link to the next lab', () => {
    const minutes = Number(/\*\*Goal\.\*\*[\s\S]*?(\d+) minutes/.exec(text)?.[1]);
    expect(minutes).toBeLessThanOrEqual(15);
    expect([...text.matchAll(/^## .*$/gm)].map(([heading]) => heading)).toEqual(SECTIONS);
    expect(text).toMatch(/\n\*\*Next:\*\* \[.+\]\(.+\)\n$/);
    expect(title).toMatch(new RegExp(`^Lab ${Number(file.slice(0, 2))}: `));
  });

  test('has at most 190 lines', () => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(190);
  });

  test('asks for a prediction before it explains', () => {
    expect(text).toMatch(/\*\*Predict[.:]\*\*[\s\S]*?<details>/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  test('has an exercise with a check, and a solution that only the tests know', () => {
    const exercise = steps.filter(({ commands }) => /^check \d+$/m.test(commands));
    expect(exercise).toHaveLength(1);
    expect(solved(file, exercise[0]?.commands ?? '')).toContain('The check succeeds before the exercise is done.');
  });

  test('leaves changes of files to an editor', () => {
    expect(text).not.toMatch(/\bperl\b|\bsed -i/);
  });

  test('has commands that can be pasted: no prompt, no comment, no placeholder', () => {
    const lines = steps.flatMap(({ commands }) => commands.split('\n').map((line) => line.trim()));
    expect(lines.filter((line) => /^[$>#%] ?/.test(line) || /<[a-z][a-z -]*>/.test(line))).toEqual([]);
  });

  test('has no "!" that an interactive shell would expand from its history', () => {
    const typed = steps.map(({ commands }) => commands).filter((commands) => !commands.startsWith('git apply'));
    const unquoted = typed.map((commands) => commands.replace(/'[^']*'/g, ''));
    expect(unquoted.filter((text) => /(?<!\$)![^\s=("]/.test(text))).toEqual([]);
  });
});

describe('on the stack under test', () => {
  const place = { stack: 'labs', port: '1234', controlPort: '5678', prometheusPort: '9012', imageTag: 'labs' };

  test('commands use its ports, volumes and images', () => {
    expect(commandsAt(place, 'curl http://localhost:8080/ 127.0.0.1:9000')).toBe(
      'curl http://localhost:1234/ 127.0.0.1:5678',
    );
    expect(commandsAt(place, 'docker run -v serverless-vote_postgres-socket:/x serverless-vote/record-vote -u')).toBe(
      'docker run -v labs_postgres-socket:/x serverless-vote/record-vote:labs -u',
    );
    expect(commandsAt(place, 'docker ps --filter label=org.serverless-vote.launcher=serverless-vote --all')).toBe(
      'docker ps --filter label=org.serverless-vote.launcher=labs --all',
    );
    expect(commandsAt(place, 'import "@serverless-vote/runtime"')).toBe('import "@serverless-vote/runtime"');
    expect(
      commandsAt(
        place,
        'curl localhost:8088; make PORT=8088; fn --url http://127.0.0.1:9088; docker kill serverless-vote-node-3',
      ),
    ).toBe('curl localhost:1234; make PORT=1234; fn --url http://127.0.0.1:5678; docker kill labs-node-3');
  });

  test('output is shown as on the default stack', () => {
    expect(outputAsWritten(place, 'http://localhost:1234 serverless-vote/web:labs')).toBe(
      'http://localhost:8080 serverless-vote/web',
    );
  });
});

describe('the shell that runs a lab', () => {
  let shell: Shell;
  afterEach(() => shell.close());
  const open = () => {
    shell = new Shell(tmpdir(), { PATH: process.env.PATH });
    return shell;
  };

  test('keeps variables and functions for the next block', async () => {
    await open().run('name=vote; greet() { echo "hello $1"; }', 60_000);
    expect(await shell.run('greet "$name"; echo error >&2', 60_000)).toEqual({
      output: 'hello vote\nerror',
      status: 0,
    });
  });

  test('fails on a misspelled command, even if it is not the last', async () => {
    expect(await open().run('crul -s http://localhost\necho done', 60_000)).toMatchObject({
      status: 127,
      output: expect.stringContaining('crul: command not found'),
    });
  });

  test('gives commands an empty stdin', async () => {
    expect(await open().run('cat; echo end', 60_000)).toEqual({ output: 'end', status: 0 });
  });

  test('gives up on a command that does not finish', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const begun = join(mkdtempSync(join(tmpdir(), 'lab-')), 'begun');
    onTestFinished(() => rmSync(dirname(begun), { recursive: true }));
    const ran = open().run(`echo begun; touch ${begun}; sleep 300`, 60_000);
    await expect.poll(() => existsSync(begun)).toBe(true);
    // What the shell had printed before is there to be read in the next round.
    for (let rounds = 0; rounds < 2; rounds += 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(60_000);
    await expect(ran).rejects.toThrow(/60 s.*\nbegun/);
  });
});
