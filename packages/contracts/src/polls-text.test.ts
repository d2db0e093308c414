import { expect, test } from 'vitest';
import { parsePolls, withPlainLineEnds } from './polls-text.ts';

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
  ['line ends of slides and word processors', 'Cats or dogs?\vCats\u2028Dogs\u2029'],
  ['blank lines around', '\n\n \t\nCats or dogs?\nCats\nDogs\n\n\n'],
  ['a byte order mark', '\uFEFFCats or dogs?\nCats\nDogs'],
  ['tabs, control characters and unusual spaces', '\tCats\u00a0 or\tdogs?\0\n Cats \n\u2003Dogs\u0007'],
  ['characters without a width', '\u200bCats or\u2060 dogs?\nCa\u00adts\nDogs\u200b\n\u200b\n'],
  ['bullets', '• Cats or dogs?\n• Cats\n•\tDogs'],
  ['hyphens and asterisks', 'Cats or dogs?\n- Cats\n* Dogs'],
  ['a word processor’s bullets', 'Cats or dogs?\n\uf0b7\tCats\n\uf0b7\tDogs'],
  ['numbers', 'Cats or dogs?\n1. Cats\n2. Dogs'],
  ['letters', 'Cats or dogs?\na) Cats\n(B) Dogs'],
])('%s change nothing', (_case, text) => {
  expect(labelsOf(text)).toEqual([CATS]);
});

test.each([
  ['a marker that not every option has', '?\n- Cats\nDogs', ['?', '- Cats', 'Dogs']],
  ['numbers that don’t count', '?\n2. Liga\n3. Liga', ['?', '2. Liga', '3. Liga']],
  ['numbers without which options would be the same', '?\n1. Liga\n2. Liga', ['?', '1. Liga', '2. Liga']],
  ['numbers that are the options', '1. FC Köln?\n1.5\n2.5', ['1. FC Köln?', '1.5', '2.5']],
  ['a sign', '?\n-1\n+1', ['?', '-1', '+1']],
])('%s is part of the text', (_case, text, poll) => {
  expect(labelsOf(text)).toEqual([poll]);
});

test('the numbers of questions are no part of them', () => {
  expect(labelsOf('1. Cats or dogs?\na) Cats\nb) Dogs\n\n2. Sure?\na) Yes\nb) No')).toEqual([
    CATS,
    ['Sure?', 'Yes', 'No'],
  ]);
});

test('a text with the line ends of every text field has the same polls', () => {
  const text = withPlainLineEnds('Cats or dogs?\r\nCats\u2028Dogs\u2029\rSure?\vYes\u0085No');
  expect(text).toBe('Cats or dogs?\nCats\nDogs\n\nSure?\nYes\nNo');
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

const LONG = 'has to be 1 to 200 characters long';
const NEEDED = '2 to 8 needed, one on each line, and a blank line before the next question';

test.each([
  ['nothing', ' \n\n', ['Line 1: there is no question']],
  ['a question alone', '\nCats or dogs?', [`Line 2: options: 0 given, ${NEEDED}`]],
  ['one option', '?\na', [`Line 1: options: 1 given, ${NEEDED}`]],
  ['nine options', `?\n${[...'abcdefghi'].join('\n')}`, [`Line 1: options: 9 given, ${NEEDED}`]],
  ['an option without a letter', '?\na\n???', ['Line 3: "???" needs a letter, a digit or a symbol']],
  ['a long option', `?\na\n${'b'.repeat(61)}`, [`Line 3: "${'b'.repeat(40)}…" is too long: at most 60 characters`]],
  ['an option twice', 'A?\na\nb\n\nB?\nc\nd\nC!', ['Line 8: "C!" is there twice (as "c")']],
  [
    'an option twice, in two ways of writing',
    '?\nCafé\nＣafe\u0301',
    ['Line 3: "Ｃafe\u0301" is there twice (as "cafe")'],
  ],
  ['a long question', `${'q'.repeat(201)}\na\nb`, [`Line 1: the question ${LONG}, and has 201`]],
  [
    '10,000 characters in a line',
    'q'.repeat(10_000),
    [`Line 1: the question ${LONG}, and has 10000`, `Line 1: options: 0 given, ${NEEDED}`],
  ],
  [
    'more questions than are added at once',
    '?\na\nb\n\n'.repeat(101),
    ['Line 401: more than 100 questions. Add those from here on afterwards'],
  ],
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
