import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Slugger from 'github-slugger';
import { lexer, type Token, walkTokens } from 'marked';

export const ROOT = join(import.meta.dirname, '../..');

/** A Markdown file of the repository, and its parts that are checked. */
export interface Document {
  /** Relative to the repository. */
  path: string;
  /** The targets of its links and images, as written. */
  targets: string[];
  /** The anchors that GitHub generates for its headings. */
  anchors: ReadonlySet<string>;
  /** Code spans, and blocks of commands. */
  code: string[];
  tables: Table[];
}

/** Cells as plain text. */
interface Table {
  head: string[];
  rows: string[][];
}

/** Every Markdown file that is committed or not ignored. */
export const documents: Document[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '')
  .map((path) => readDocument(path, readFileSync(join(ROOT, path), 'utf8')));

export function documentAt(path: string): Document {
  const found = documents.find((document) => document.path === path);
  if (!found) throw new Error(`There is no ${path}.`);
  return found;
}

export function readDocument(path: string, text: string): Document {
  const slugger = new Slugger();
  const document = {
    path,
    targets: [] as string[],
    anchors: new Set<string>(),
    code: [] as string[],
    tables: [] as Table[],
  };
  walkTokens(lexer(text), (token: Token) => {
    if (token.type === 'link' || token.type === 'image') document.targets.push(token.href);
    if (token.type === 'heading') document.anchors.add(slugger.slug(plain(token.tokens)));
    if (token.type === 'codespan') document.code.push(token.text);
    if (token.type === 'code' && /^(sh)?$/.test(token.lang ?? '')) document.code.push(token.text);
    if (token.type === 'table') {
      const cells = (row: { tokens: Token[] }[]) => row.map(({ tokens }) => plain(tokens));
      document.tables.push({ head: cells(token.header), rows: token.rows.map(cells) });
    }
  });
  return document;
}

function plain(tokens: Token[] = []): string {
  const textOf = (token: Token) =>
    'tokens' in token && token.tokens ? plain(token.tokens) : 'text' in token ? token.text : '';
  return tokens.map(textOf).join('');
}
