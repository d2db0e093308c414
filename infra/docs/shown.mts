/** Patterns for what differs from run to run. The rest of an output has to equal what the lab shows. */
const VOLATILE: readonly (readonly [what: string, pattern: string])[] = [
  ['uuid', '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}'],
  ['time', '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?'],
  ['secret', '\\b[\\da-f]{64}\\b'],
  ['container', '\\b[\\da-f]{12}\\b'],
  ['about', '~\\d+(?:\\.\\d+)?'],
  ['stopwatch', '\\b\\d+m\\d+[.,]\\d+s\\b'],
  ['duration', '\\b\\d+(?:\\.\\d+)? ?(?:ms|s|seconds?|minutes?)\\b'],
  ['milliseconds', '(?:dur=|Ms":)\\d+(?:\\.\\d+)?'],
  ['memory', '\\b\\d+(?:\\.\\d+)? ?(?:MiB|MB)\\b'],
];

const TOKENS = new RegExp([...VOLATILE.map(([, pattern]) => `(${pattern})`), '(…)', '(\\s+)'].join('|'), 'g');

/** Whether an output is what the lab shows. There `~95` stands for any number, `…` for any text in a line, and alone for any lines. */
export function isAsShown(shown: string, output: string): boolean {
  return new RegExp(`^${linesOf(shown).map(lineOf).join('')}$`).test(`${linesOf(output).join('\n')}\n`);
}

/** A message if an output is not what the lab shows; otherwise nothing. */
export function differenceOf(shown: string, output: string): string | undefined {
  return isAsShown(shown, output) ? undefined : `The lab shows:\n${shown}\n\nIt printed:\n${output}`;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function lineOf(line: string): string {
  if (line === '…') return '(?:.*\\n)*?';
  let pattern = '';
  let end = 0;
  for (const match of line.matchAll(TOKENS)) {
    pattern += escaped(line.slice(end, match.index)) + patternOf(match);
    end = match.index + match[0].length;
  }
  return `${pattern}${escaped(line.slice(end))}\\n`;
}

function patternOf(match: RegExpMatchArray): string {
  if (match[0].startsWith('~')) return '\\d+(?:\\.\\d+)?';
  const kind = match.slice(1).findIndex((group) => group !== undefined);
  return VOLATILE[kind]?.[1] ?? (match[0] === '…' ? '.*' : '\\s+');
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
