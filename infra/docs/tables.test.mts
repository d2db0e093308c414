import { readdirSync, readFileSync } from 'node:fs';
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
