import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { givenByStack, launcherSettings, settingList } from '@serverless-vote/settings/setting-list';
import { describe, expect, test } from 'vitest';
import { documents, ROOT } from './document.mts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
const own = launcherSettings.map(({ name }) => name).sort();

test('`make help` lists every setting, with its default', () => {
  const listed = namesIn(read('Makefile'), /^#: (.*)$/gm);
  expect(listed).toEqual(
    settingList.map(({ name, default: value, help }) => `${name.padEnd(28)} ${help}${value && ` (${value})`}`),
  );
});

test('the documents have one table of settings, with every setting and its default', () => {
  const tables = documents.flatMap(({ tables: all }) => all.filter(({ head }) => head[0] === 'Setting'));
  expect(tables).toHaveLength(1);
  const rows = tables[0]?.rows.flatMap(([names = '', values = '']) => {
    const defaults = values.split(', ');
    return names.split(', ').map((name, index) => [name, names.includes(', ') ? (defaults[index] ?? values) : values]);
  });
  expect(Object.fromEntries(rows ?? [])).toEqual(
    Object.fromEntries(settingList.map(({ name, default: value }) => [name, value])),
  );
});

describe('what the operator may tell the launcher reaches it', () => {
  test('by the scripts’ list', () => {
    const [, names = ''] = /^LAUNCHER_SETTINGS='([^']*)'/m.exec(read('infra/stack/launcher-settings.sh')) ?? [];
    expect(names.split(/\s+/).sort()).toEqual(own);
  });

  // Environment variables of the launcher only: the services' other keys are written in small letters.
  test.each([
    ['on one machine', 'docker-compose.yml'],
    ['on a Swarm', 'infra/swarm/stack.yml'],
  ])('%s', (_where, file) => {
    const named = namesIn(read(file), /^ {6}([A-Z_]+):/gm);
    expect(named.filter((name) => !givenByStack.has(name)).sort()).toEqual(own);
  });
});

describe('the default of a setting that scripts read is the one that they have', () => {
  const text = globSync('infra/**/*.sh', { cwd: ROOT }).map(read).join('\n');
  const ofScripts = settingList.filter(({ name, default: value }) => /\d{4}|[a-z]/.test(value) && !own.includes(name));
  test.each(ofScripts)('$name: $default', ({ name, default: value }) => {
    const pattern = new RegExp(`(?<![A-Z_])${name}(?::?-|_DEFAULT=)([^}\\s"']+)`, 'g');
    expect(namesIn(text, pattern)).toContain(value);
  });
});
