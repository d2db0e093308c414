import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentAt, ROOT } from './document.mts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
const cellsOf = (path: string, head: string) => {
  const table = documentAt(path).tables.find((each) => each.head[0] === head);
  if (!table) throw new Error(`${path} has no table of ${head}.`);
  return table.rows;
};

describe('README', () => {
  const settings = cellsOf('README.md', 'Setting').flatMap(([names = '', values = '']) => {
    const defaults = values.split(', ');
    return names.split(', ').map((name, index) => [name, defaults[index] ?? values] as const);
  });
  /** What compose hands to the launcher, without what its own scripts decide. */
  const composed = found(read('docker-compose.yml'), /^ {6}([A-Z_]+):/gm).filter((name) => name !== 'STACK_ID');
  const scripts = globSync('infra/*/*.sh', { cwd: ROOT }).map(read).join('\n');

  test('has a row for every setting that compose hands on', () => {
    expect(composed.filter((name) => !settings.some(([setting]) => setting === name))).toEqual([]);
  });

  test('has no setting that nobody reads', () => {
    const readBy = `${read('docker-compose.yml')}\n${scripts}`;
    expect(settings.filter(([name]) => !new RegExp(`\\b${name}\\b`).test(readBy))).toEqual([]);
  });

  test('has no setting of the launcher that a Swarm loses on its way: stack.yml names it, and deploy hands it to the manager', () => {
    const loop = /for name in (STACK [^;]*); do/.exec(read('infra/swarm/deploy.sh'))?.[1] ?? '';
    const named = found(read('infra/swarm/stack.yml'), /^ {6}([A-Z_]+):/gm);
    const handed = found(loop, /\b([A-Z_]+)\b/g);
    // Where the pages are published is decided when the nodes are made.
    const launchers = composed.filter((name) => name !== 'PORT' && name !== 'BIND');
    expect(launchers.filter((name) => !named.includes(name) || !handed.includes(name))).toEqual([]);
  });

  const plain = /^[\w.:,? -]+$/;
  test.each(settings.filter(([, value]) => plain.test(value) && !value.startsWith('made from')))(
    'has the default of %s: %s',
    (name, value) => {
      const defaults = [
        // ${NAME:-value}, NAME_DEFAULT=value in scripts and in compose; NAME: z.….default(value) in the launcher
        ...found(scripts + read('docker-compose.yml'), new RegExp(`\\b${name}(?::?-|_DEFAULT=)([^}\\s"']+)`, 'g')),
        ...found(read('apps/launcher/src/model/settings.ts'), new RegExp(`\\b${name}: .*\\('?([^()']*)'?\\)`, 'g')),
      ];
      expect(defaults.map((text) => text.replace(/^(\d+)_(\d+)$/, '$1$2'))).toContain(value);
    },
  );

  test('has a row for every make target, and no other', () => {
    const named = (cells: string[]) => found(cells.join('\n'), /\bmake ([a-z-]+)/g);
    const rows = cellsOf('README.md', 'Command');
    const targets = found(read('Makefile'), /^([a-z-]+):/gm).filter((name) => name !== 'help');
    expect(targets.filter((name) => !named(rows.flat()).includes(name))).toEqual([]);
    expect(named(rows.map(([command = '']) => command)).filter((name) => !targets.includes(name))).toEqual([]);
  });

  test('is short enough to read before the stack is up', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(190);
  });
});

describe('docs/decisions', () => {
  const records = readdirSync(join(ROOT, 'docs/decisions')).filter((file) => file !== 'README.md');

  test.each(records)('%s has its context, decision, evidence and consequences', (file) => {
    expect(
      found(read(`docs/decisions/${file}`), /^\*\*(Context|Decision|Evidence|Consequences)\.\*\* /gm),
    ).toHaveLength(4);
  });

  test('are all in the index', () => {
    const listed = documentAt('docs/decisions/README.md').targets;
    expect(records.filter((file) => !listed.includes(file))).toEqual([]);
  });
});

describe('docs/workshop', () => {
  test('has every lab in its syllabus, with the minutes of its goal', () => {
    const rows = cellsOf('docs/workshop/README.md', 'Lab');
    const labs = readdirSync(join(ROOT, 'docs/workshop')).filter((file) => /^\d\d-/.test(file));
    const minutes = labs.map((file) => /\*\*Goal\.\*\*[\s\S]*?(\d+) minutes/.exec(read(`docs/workshop/${file}`))?.[1]);
    expect(rows.map(([, cell]) => cell)).toEqual(minutes);
    expect(documentAt('docs/workshop/README.md').targets).toEqual(expect.arrayContaining(labs));
  });
});
