import { type Flaw, type Poll, pollOf } from './poll.ts';

/**
 * Parses polls from a text, pasted or from a file: a line for the question, a line for each option, and a blank line before the next
 * question.
 * @returns the polls, or every problem, with the number of its line
 */
export function parsePolls(text: string): { polls: Poll[] } | { problems: string[] } {
  const polls: Poll[] = [];
  const problems: string[] = [];
  for (const { line, question, labels } of blocksOf(text)) {
    const parsed = pollOf(question, labels);
    if ('poll' in parsed) polls.push(parsed.poll);
    else problems.push(...parsed.flaws.map((flaw) => inWords(flaw, line)));
  }
  if (polls.length + problems.length === 0) problems.push('Line 1: there is no question');
  return problems.length > 0 ? { problems } : { polls };
}

/** The lines between blank lines; `line` is the number of the first one. */
function blocksOf(text: string): { line: number; question: string; labels: string[] }[] {
  const blocks: { line: number; question: string; labels: string[] }[] = [];
  let isInside = false;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const words = tidy(raw);
    if (words !== '' && isInside) blocks.at(-1)?.labels.push(words);
    else if (words !== '') blocks.push({ line: index + 1, question: words, labels: [] });
    isInside = words !== '';
  }
  return blocks;
}

/** What an editor or a web page leaves in a line besides its words: tabs, control characters, a byte order mark, halves of characters. */
const tidy = (line: string): string =>
  line
    .toWellFormed()
    .replace(/[\p{Cc}\p{Z}\uFEFF]+/gu, ' ')
    .trim();

function inWords({ about, message }: Flaw, line: number): string {
  if (about === 'question') return `Line ${line}: the question ${message}`;
  if (about === 'options') return `Line ${line}: options: ${message}, one on each line`;
  return `Line ${line + 1 + about}: ${message}`;
}
