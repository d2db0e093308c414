import { type Flaw, type Poll, pollOf } from './poll.ts';

/**
 * Parses polls from a text, pasted or from a file: a line for the question, a line for each option, and a blank line before the next
 * question.
 * @returns the polls, or every problem, with the number of its line
 */
export function parsePolls(text: string): { polls: Poll[] } | { problems: string[] } {
  const polls: Poll[] = [];
  const problems: string[] = [];
  const blocks = blocksOf(text);
  const questions = withoutMarkers(blocks.map(({ question }) => question));
  for (const [index, { line, labels }] of blocks.entries()) {
    const parsed = pollOf(questions[index] ?? '', withoutMarkers(labels));
    if ('poll' in parsed) polls.push(parsed.poll);
    else problems.push(...parsed.flaws.map((flaw) => inWords(flaw, line)));
  }
  if (blocks.length === 0) problems.push('Line 1: there is no question');
  const tooMany = blocks[MOST];
  if (tooMany) problems.push(`Line ${tooMany.line}: more than ${MOST} questions. Add those from here on afterwards`);
  return problems.length > 0 ? { problems } : { polls };
}

/** As many as `edit-polls` adds at once. */
const MOST = 100;

/** Also those of slides, word processors and old systems. */
const LINE_ENDS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/** With the line ends that every text field shows, so that the numbers of lines are those that one sees. */
export const withPlainLineEnds = (text: string): string => text.split(LINE_ENDS).join('\n');

/** The lines between blank lines; `line` is the number of the first one. */
function blocksOf(text: string): { line: number; question: string; labels: string[] }[] {
  const blocks: { line: number; question: string; labels: string[] }[] = [];
  let isInside = false;
  for (const [index, raw] of text.split(LINE_ENDS).entries()) {
    const words = tidy(raw);
    if (words !== '' && isInside) blocks.at(-1)?.labels.push(words);
    else if (words !== '') blocks.push({ line: index + 1, question: words, labels: [] });
    isInside = words !== '';
  }
  return blocks;
}

/** What an editor or a web page leaves in a line besides its words: tabs, control characters, halves of characters, and what has no width. */
const tidy = (line: string): string =>
  line
    .toWellFormed()
    .replace(/[\u00AD\u200B\u2060\uFEFF]/g, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim();

/** The last two are a word processor's, in a font of their own. */
const BULLET = /^[•‣◦⁃∙●○■□▪▫\uF0A7\uF0B7] ?|^[·*+–—-] /;
const NUMBER = /^\(?(\d{1,3}|[a-z])[.):] /i;

/** Without the markers of a list, if each line has one; "1. Liga" and "2. Liga" stay, because they would be the same. */
function withoutMarkers(lines: string[]): string[] {
  if (lines.every((line) => BULLET.test(line))) return lines.map((line) => line.replace(BULLET, ''));
  const isCounted = lines.length > 1 && lines.every((line, index) => countOf(line) === index + 1);
  const bare = isCounted ? lines.map((line) => line.replace(NUMBER, '')) : lines;
  return new Set(bare).size === lines.length ? bare : lines;
}

function countOf(line: string): number | undefined {
  const [, count] = NUMBER.exec(line) ?? [];
  if (count === undefined) return undefined;
  return /\d/.test(count) ? Number(count) : count.toLowerCase().charCodeAt(0) - 'a'.charCodeAt(0) + 1;
}

function inWords({ about, message }: Flaw, line: number): string {
  if (about === 'question') return `Line ${line}: the question ${message}`;
  if (about === 'options')
    return `Line ${line}: options: ${message}, one on each line, and a blank line before the next question`;
  return `Line ${line + 1 + about}: ${message}`;
}
