import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentAt, documents, ROOT } from './document.mts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
const cellsOf = (path: string, head: string) => {
  const table = documentAt(path).tables.find((each) => each.head[0] === head);
  if (!table) throw new Error(`${path} has no table of ${head}.`);
  return table.rows;
};

describe('the commands', () => {
  const rows = cellsOf('docs/commands.md', 'Command');
  const named = (cells: string[]) => found(cells.join('\n'), /\bmake ([a-z-]+)/g);

  test('have a row for every make target, and no other', () => {
    const targets = found(read('Makefile'), /^([a-z-]+):/gm).filter((name) => name !== 'help');
    expect(targets.filter((name) => !named(rows.flat()).includes(name))).toEqual([]);
    expect(named(rows.map(([command = '']) => command)).filter((name) => !targets.includes(name))).toEqual([]);
  });

  test('are one link away from README, which names all that .ci/run calls', () => {
    expect(documentAt('README.md').targets).toContain('docs/commands.md');
    const parts = /^PARTS=\(([^)]*)\)/m.exec(read('.ci/run'))?.[1]?.trim().split(/\s+/) ?? [];
    expect(parts).toContain('test');
    expect(parts.filter((part) => !named(documentAt('README.md').code).includes(part))).toEqual([]);
  });
});

describe('README', () => {
  test('is short enough to read before the stack is up', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
  });

  const others = documents
    .map(({ path }) => path)
    .filter((path) => /^(apps|functions|infra|packages)\b.*README\.md$/.test(path));
  test.each(others)('%s has at most 30 lines', (path) => {
    expect(read(path).split('\n').length - 1).toBeLessThanOrEqual(30);
  });
});

describe('docs/decisions', () => {
  const records = readdirSync(join(ROOT, 'docs/decisions')).filter((file) => file !== 'README.md');
  const index = cellsOf('docs/decisions/README.md', 'Record');
  /** Number, title, date and status of a record; undefined where its form is another. */
  const headOf = (file: string) => {
    const form = /^# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: (Accepted|Superseded by \d{4})\.\n/;
    return form.exec(read(`docs/decisions/${file}`))?.slice(1);
  };

  test.each(records)('%s has its number, date, status, context, decision, evidence and consequences', (file) => {
    expect(Number(headOf(file)?.[0])).toBe(Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]));
    expect(
      found(read(`docs/decisions/${file}`), /^\*\*(Context|Decision|Evidence|Consequences)\.\*\* /gm),
    ).toHaveLength(4);
  });

  test('are numbered one after the other, and the index has the title, date and status of each', () => {
    expect(records.map((file) => Number(file.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
    const listed = records.map((file) => [file.slice(0, 4), ...(headOf(file)?.slice(1) ?? [])]);
    expect(index).toEqual(listed.map(([number, title, ...rest]) => [`${number}: ${title}`, ...rest]));
    const { targets } = documentAt('docs/decisions/README.md');
    expect(records.filter((file) => !targets.includes(file))).toEqual([]);
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
