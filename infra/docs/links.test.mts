import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Document, documents, ROOT, readDocument } from './document.mts';

/** A code span that begins with one of our folders is a path. */
const PATH = /^(?:apps|docs|functions|infra|packages|turbo)\/[\w./-]*$/;
const TARGETS = new Set(
  [...readFileSync(join(ROOT, 'Makefile'), 'utf8').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name),
);

/** A document's links to files or headings that don't exist. */
function brokenLinks({ path, targets, anchors }: Document): string[] {
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return !URL.canParse(target);
    const [file = '', anchor] = decodeURI(target).split('#');
    if (file === '') return anchor === undefined || !anchors.has(anchor);
    const found = normalize(join(dirname(path), file));
    if (found.startsWith('..') || !existsSync(join(ROOT, found))) return true;
    if (anchor === undefined) return false;
    const there = documents.find((document) => document.path === found)?.anchors;
    return !there?.has(anchor);
  });
}

/** Paths and `make` targets in code that don't exist. */
function unknownNames({ code }: Document): string[] {
  const commands = code.flatMap((text) => text.split(/\n|&&|[;|]/)).map((command) => command.trim());
  const targets = commands.flatMap((command) => /^make ([a-z][a-z-]*)/.exec(command)?.[1] ?? []);
  return [
    ...targets.filter((name) => !TARGETS.has(name)).map((name) => `make ${name}`),
    ...code.filter((text) => PATH.test(text) && !existsSync(join(ROOT, text))),
  ];
}

/** Files that a README names, relative to its folder, and that don't exist. */
function unknownFiles({ path, code }: Document): string[] {
  const named = code.filter((text) => /^[\w./-]+\.(?:ts|mts|tsx|sh|sql|yml|json|conf)$/.test(text));
  return named.filter((name) => !existsSync(join(ROOT, dirname(path), name)));
}

const readmes = documents.filter(({ path }) => /^(?:apps|functions|infra|packages)\b.*README\.md$/.test(path));
test.each(readmes)('$path names only files of its folder that exist', (document) => {
  expect(unknownFiles(document)).toEqual([]);
});

describe.each(documents)('$path', (document) => {
  test('links only to files and headings that exist', () => {
    expect(brokenLinks(document)).toEqual([]);
  });

  test('names only paths and make targets that exist', () => {
    expect(unknownNames(document)).toEqual([]);
  });
});

describe('a document', () => {
  const broken = (text: string) => brokenLinks(readDocument('docs/example.md', text));

  test('may link what exists', () => {
    const text =
      '# Two Words: `code`\n[a](../README.md) [b](#two-words-code) [c](../README.md#numbers) [d](https://example.com/)';
    expect(broken(text)).toEqual([]);
  });

  test.each(['no-such.md', '#no-such', '../README.md#no-such', '../../outside.md', 'http://example.com:x/'])(
    'is refused for a link to %s',
    (target) => {
      expect(broken(`# Title\n[a](${target})`)).toEqual([target]);
    },
  );

  test.each([
    ['`apps/no-such`', ['apps/no-such']],
    ['`make no-such`', ['make no-such']],
    ['```sh\nmake run\nmake tset\n```', ['make tset']],
    ['`make run PORT=8081`, and to make a cake of `apps/web`', []],
  ])('is looked through for names: %s', (text, unknown) => {
    expect(unknownNames(readDocument('docs/example.md', text))).toEqual(unknown);
  });
});
