import { expect, test } from 'vitest';
import { parsePoll } from './poll.ts';

test('an option is known by its label as a slug', () => {
  expect(parsePoll('Cats or dogs?', 'Cats, Big Dogs ,Émile’s 3rd')).toEqual({
    poll: {
      question: 'Cats or dogs?',
      options: [
        { id: 'cats', label: 'Cats' },
        { id: 'big-dogs', label: 'Big Dogs' },
        { id: 'emile-s-3rd', label: 'Émile’s 3rd' },
      ],
    },
  });
});

test.each([
  ['emoji alone', '👍,👎,❤️', ['👍', '👎', '❤']],
  ['symbols that tell options apart', 'C,C++,C#', ['c', 'c++', 'c#']],
  ['an emoji beside words that do', '🐱 Cats,🐶 Dogs', ['cats', 'dogs']],
])('%s: the ids', (_case, labels, ids) => {
  const parsed = parsePoll('Which?', labels);
  expect('poll' in parsed && parsed.poll.options.map(({ id }) => id)).toEqual(ids);
});

test.each([
  ['one option', 'Cats', '2 to 8 needed'],
  ['nine options', 'a,b,c,d,e,f,g,h,i', '2 to 8 needed'],
  ['an option without a letter', 'Cats,???', 'needs a letter, a digit or a symbol'],
  ['an emoji twice', '👍,👍', 'is there twice'],
  ['two options that look alike in a slug', 'Cats,cats!', 'is there twice'],
])('%s is refused, and the message says what to do', (_case, labels, message) => {
  expect(parsePoll('Which?', labels)).toEqual({ problems: [expect.stringContaining(message)] });
});

test('every problem is named at once', () => {
  const parsed = parsePoll(' ', 'Cats');
  expect('problems' in parsed && parsed.problems).toHaveLength(2);
});
