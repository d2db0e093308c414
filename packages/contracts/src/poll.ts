/** One option to vote for. Its id is made of its label, so it stays the same as long as the labels do. */
export interface PollOption {
  id: string;
  label: string;
}

/** The length that `record-vote` accepts for an option's ID. Unicode normalization can make a label longer. */
const LONGEST_ID = 100;

/** A poll's question and options. Everything that writes polls checks them here: settings, files, the presenter's page. */
export interface Poll {
  question: string;
  options: PollOption[];
}

const slug = (label: string, others = /[^\p{L}\p{N}]+/gu): string =>
  label.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(others, '-').replace(/^-|-$/g, '');

/** With symbols where letters and digits alone are none, or are another option's: of 👍 and 👎, and of C, C++ and C#. */
function idOf(label: string, before: readonly PollOption[]): string {
  const plain = slug(label);
  const isFree = plain !== '' && before.every(({ id }) => id !== plain);
  return isFree ? plain : slug(label, /[^\p{L}\p{N}\p{S}#]+/gu);
}

/** Quotes a label in a message, shortened. */
const quoted = (label: string): string => {
  const characters = Array.from(label);
  return `"${characters.length > 40 ? `${characters.slice(0, 40).join('')}…` : label}"`;
};

const LONGEST_POLL_ID = 40;

/** A poll that is to be added, with what its id should be: its question as a slug. The database adds a number if there is one already. */
export type Draft = Poll & { id: string };

export const draftOf = (poll: Poll): Draft => ({
  id: Array.from(slug(poll.question)).slice(0, LONGEST_POLL_ID).join('').replace(/-$/, '') || 'poll',
  ...poll,
});

/** What is wrong with a poll: with its question, with the number of its options, or with the option of this index. */
export interface Flaw {
  about: 'question' | 'options' | number;
  message: string;
}

/** A poll with these texts, or everything that is wrong with them. */
export function pollOf(question: string, labels: readonly string[]): { poll: Poll } | { flaws: Flaw[] } {
  const options: PollOption[] = [];
  for (const label of labels) options.push({ id: idOf(label, options), label });
  const flaws: Flaw[] = [];
  if (question.trim() === '' || question.length > 200) {
    flaws.push({ about: 'question', message: `has to be 1 to 200 characters long, and has ${question.length}` });
  }
  if (options.length < 2 || options.length > 8) {
    flaws.push({ about: 'options', message: `${options.length} given, 2 to 8 needed` });
  }
  options.forEach(({ id, label }, about) => {
    if (label.length > 60 || id.length > LONGEST_ID) {
      flaws.push({ about, message: `${quoted(label)} is too long: at most 60 characters` });
    } else if (id === '') {
      flaws.push({ about, message: `${quoted(label)} needs a letter, a digit or a symbol` });
    } else if (options.findIndex((other) => other.id === id) !== about) {
      flaws.push({ about, message: `${quoted(label)} is there twice (as "${id}")` });
    }
  });
  return flaws.length > 0 ? { flaws } : { poll: { question: question.trim(), options } };
}

/**
 * Parses a poll from its two settings.
 * @returns the poll, or the problems with the settings, in words for the operator
 */
export function parsePoll(question: string, labels: string): { poll: Poll } | { problems: string[] } {
  const parsed = pollOf(
    question,
    labels
      .split(',')
      .map((label) => label.trim())
      .filter((label) => label !== ''),
  );
  if ('poll' in parsed) return parsed;
  const problems = parsed.flaws.map(({ about, message }) => {
    if (about === 'question') return `POLL_QUESTION: ${message}`;
    return `POLL_OPTIONS: ${message}${about === 'options' ? ', separated by commas: "Cats,Dogs"' : ''}`;
  });
  return { problems };
}
