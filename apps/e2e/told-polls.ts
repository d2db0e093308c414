/** Lists of polls for the presenter's page, instead of the server's. */

/** In so many seconds from now. */
export const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

export const options = (...votes: (number | null)[]) =>
  votes.map((count, index) => ({ id: `o${index}`, label: `Answer ${index}`, votes: count }));

export const poll = (id: string, more = {}) => ({
  ...{ id, question: `Question ${id}?`, status: 'draft', closesAt: null, hidden: false, total: 0 },
  ...{ openedAt: null, closedAt: null, votesSince: soon(-3600), options: options(0, 0) },
  ...more,
});

type Told = ReturnType<typeof poll>;

/** One poll in each of its states, and two more around it. */
export const states: Record<string, Told> = {
  Draft: poll('x'),
  'Draft · hidden': poll('x', { hidden: true }),
  Open: poll('x', { status: 'open', openedAt: soon(-9), total: 57, options: options(31, 26) }),
  'Closed · hidden': poll('x', {
    ...{ status: 'closed', hidden: true, openedAt: soon(-9), closedAt: soon(-1), total: 57 },
    options: options(null, null),
  }),
  'Closed · revealed': poll('x', {
    ...{ status: 'closed', openedAt: soon(-9), closedAt: soon(-1), total: 57, options: options(31, 26) },
  }),
};

export const list = (...polls: Told[]) => ({ polls, serverTime: new Date().toISOString() });

export const around = (told: Told) =>
  list(
    poll('asked', { status: 'closed', openedAt: soon(-99), closedAt: soon(-50), total: 5, options: options(3, 2) }),
    told,
    poll('next'),
  );
