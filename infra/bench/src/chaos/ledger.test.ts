import { describe, expect, it } from 'vitest';
import { Ledger, type Recorded, type Voter } from './ledger.ts';

const voter = (id: string): Voter => ({ id, cookie: undefined, attempts: [] });
const recorded = (choices: Record<string, string>, tally: Record<string, number>): Recorded => ({
  choices: new Map(Object.entries(choices)),
  tally,
});

/** One voter's votes, the acknowledged ones marked with a +, against what the database has. */
function audit(votes: string, choice: string | undefined) {
  const ledger = new Ledger();
  const ann = voter('ann');
  for (const vote of votes.split(' ')) {
    const acknowledge = ledger.attempt(ann, vote.replace('+', ''));
    if (vote.endsWith('+')) acknowledge();
  }
  const votesOf = choice === undefined ? {} : { [choice]: 1 };
  return ledger.audit(recorded(choice === undefined ? {} : { ann: choice }, votesOf), votesOf);
}

describe('a voter', () => {
  it.each([
    ['cats+', 'cats', 0],
    ['cats+', undefined, 1],
    ['cats+', 'dogs', 1],
    ['cats+ dogs+', 'dogs', 0],
    ['cats+ dogs+', 'cats', 1],
    ['cats+ dogs', 'cats', 0],
    ['cats+ dogs', 'dogs', 0],
    ['dogs cats+', 'dogs', 1],
    ['cats', undefined, 0],
    ['cats', 'cats', 0],
  ])('who sent %s and is recorded with %s has lost %i', (votes, choice, lost) => {
    expect(audit(votes, choice)).toMatchObject({ lost, double: 0 });
  });

  it('counts as often as was acknowledged', () => {
    expect(audit('cats+ dogs cats+', 'cats').acknowledged).toBe(2);
  });
});

describe('the results', () => {
  it('that say more than there are voters have counted some double', () => {
    expect(new Ledger().audit(recorded({}, { cats: 3, dogs: 1 }), { cats: 1, dogs: 1 })).toMatchObject({
      lost: 0,
      double: 2,
    });
  });

  it('that say less have lost some', () => {
    expect(new Ledger().audit(recorded({}, { cats: 1 }), { cats: 1, dogs: 4 })).toMatchObject({ lost: 4, double: 0 });
  });
});
