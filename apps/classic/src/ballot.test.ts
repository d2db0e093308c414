import { describe, expect, test } from 'vitest';
import { choiceIn, scoresOf, voterOf } from './ballot.ts';
import { resultPage, votePage } from './pages.ts';

describe('a form’s choice is passed on as it is', () => {
  test.each([
    ['choice=cats', 'cats'],
    ['vote=dogs', 'dogs'],
    ['choice=horses', 'horses'],
    ['choice=%00', '\0'],
    ['', undefined],
  ])('%s', (form, choice) => {
    expect(choiceIn(form)).toBe(choice);
  });
});

test('a voter is recognized by the cookie, and a new one gets 64 random bits', () => {
  expect(voterOf('theme=dark; voter_id=1f')).toBe('1f');
  expect(voterOf('voter_id=<script>')).toMatch(/^[\da-f]{16}$/);
  expect(voterOf()).not.toBe(voterOf());
});

test('the pages show what was chosen, and the votes for the options only', () => {
  const scores = scoresOf([
    { vote: 'dogs', count: 2 },
    { vote: 'horses', count: 5 },
  ]);
  expect(scores.total).toBe(2);
  expect(resultPage(scores)).toContain('data-option="dogs" data-votes="2"');
  expect(votePage('cats')).toContain('Cats ✓');
  expect(votePage('<b>')).not.toContain('<b>');
});
