import { expect, test } from 'vitest';
import { parsePolls } from './polls-text.ts';

const labelsOf = (text: string) => {
  const parsed = parsePolls(text);
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.polls.map(({ question, options }) => [question, ...options.map(({ label }) => label)]);
};

const CATS = ['Cats or dogs?', 'Cats', 'Dogs'];

test('a question and its options are lines, and a blank line ends them', () => {
  expect(labelsOf('Cats or dogs?\nCats\nDogs\n\nTabs, spaces?\nTabs\nSpaces\nNeither, nor\n')).toEqual([
    CATS,
    ['Tabs, spaces?', 'Tabs', 'Spaces', 'Neither, nor'],
  ]);
});

test.each([
  ['line ends of other systems', 'Cats or dogs?\r\nCats\r\nDogs\r\n'],
  ['old line ends', 'Cats or dogs?\rCats\rDogs'],
  ['blank lines around', '\n\n \t\nCats or dogs?\nCats\nDogs\n\n\n'],
  ['a byte order mark', '\uFEFFCats or dogs?\nCats\nDogs'],
  ['tabs, control characters and unusual spaces', '\tCats\u00a0 or\tdogs?\0\n Cats \n\u2003Dogs\u0007'],
])('%s change nothing', (_case, text) => {
  expect(labelsOf(text)).toEqual([CATS]);
});

test('options have the ids that the settings would give them', () => {
  expect(parsePolls('?\nÉmile’s 3rd\n猫\n')).toEqual({
    polls: [
      {
        question: '?',
        options: [
          { id: 'emile-s-3rd', label: 'Émile’s 3rd' },
          { id: '猫', label: '猫' },
        ],
      },
    ],
  });
});

test.each([
  ['nothing', ' \n\n', ['Line 1: there is no question']],
  ['a question alone', '\nCats or dogs?', ['Line 2: options: 0 given, 2 to 8 needed, one on each line']],
  ['one option', '?\na', ['Line 1: options: 1 given, 2 to 8 needed, one on each line']],
  ['nine options', `?\n${[...'abcdefghi'].join('\n')}`, ['Line 1: options: 9 given, 2 to 8 needed, one on each line']],
  ['an option without a letter', '?\na\n???', ['Line 3: "???" needs a letter or a digit, and at most 60 characters']],
  ['an option twice', 'A?\na\nb\n\nB?\nc\nd\nC!', ['Line 8: "C!" is there twice (as "c")']],
  ['a long question', `${'q'.repeat(201)}\na\nb`, ['Line 1: the question has to be 1 to 200 characters long']],
])('%s is refused, and the message names the line', (_case, text, problems) => {
  expect(parsePolls(text)).toEqual({ problems });
});

test('every problem is named at once, and good questions beside it are not taken alone', () => {
  expect(parsePolls('Good?\na\nb\n\nBad?\na\n\nWorse?\na\na')).toEqual({
    problems: [
      expect.stringMatching(/^Line 5: options: 1 given/),
      expect.stringMatching(/^Line 10: "a" is there twice/),
    ],
  });
});
