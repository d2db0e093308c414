/** One option to vote for; `id` is its label as a slug, so it stays the same as long as the label does. */
export interface PollOption {
  id: string;
  label: string;
}

/** The length that `record-vote` accepts for an option's ID. Unicode normalization can make a label longer. */
const LONGEST_ID = 100;

/** The poll's question and options. This is the only parser of POLL_QUESTION and POLL_OPTIONS: pages and database get its result. */
export interface Poll {
  question: string;
  options: PollOption[];
}

const slug = (label: string): string =>
  label
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

/**
 * Parses a poll from its two settings.
 * @returns the poll, or the problems with the settings, in words for the operator
 */
export function parsePoll(question: string, labels: string): { poll: Poll } | { problems: string[] } {
  const options = labels
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '')
    .map((label) => ({ id: slug(label), label }));
  const problems: string[] = [];
  if (question.trim() === '' || question.length > 200) {
    problems.push('POLL_QUESTION: has to be 1 to 200 characters long');
  }
  if (options.length < 2 || options.length > 8) {
    problems.push(`POLL_OPTIONS: ${options.length} given, 2 to 8 needed, separated by commas: "Cats,Dogs"`);
  }
  for (const { id, label } of options) {
    if (id === '' || label.length > 60 || id.length > LONGEST_ID) {
      problems.push(`POLL_OPTIONS: "${label}" needs a letter or a digit, and at most 60 characters`);
    }
  }
  const repeated = options.find(({ id }, index) => options.findIndex((other) => other.id === id) !== index);
  if (repeated) problems.push(`POLL_OPTIONS: "${repeated.label}" is there twice (as "${repeated.id}")`);
  return problems.length > 0 ? { problems } : { poll: { question: question.trim(), options } };
}
