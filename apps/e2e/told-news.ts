/** Messages for faked streams (`told-streams.ts`): the same for every page, whatever other tests have voted. */

/** A tally with one option per number; null is a number that is hidden. `poll`: what the poll is besides open. */
export const tally = (votes: (number | null)[], poll: object = {}, labels: string[] = []) => ({
  poll: { id: 'told', status: 'open', closesAt: null, hidden: votes.includes(null), votesSince: LONG_AGO, ...poll },
  ...{ question: '?', updatedAt: new Date().toISOString(), serverTime: new Date().toISOString() },
  total: votes.reduce<number>((sum, each) => sum + (each ?? 40), 0),
  options: votes.map((count, index) => ({ id: `${index}`, label: labels[index] ?? `Answer ${index}`, votes: count })),
});
const LONG_AGO = new Date(0).toISOString();

/** The end of a countdown, in so many seconds from now. */
export const closingIn = (seconds: number) => ({ closesAt: new Date(Date.now() + seconds * 1_000).toISOString() });

/** A container in a message to the live page. */
export const container = (id: string, name: string, more = {}) => ({
  ...{ id, name, containerId: `${id}b2c3d4e5f6`, state: 'waiting', inFlight: 0, served: 0 },
  ...{ createdAt: Date.now() - 5_000, readyAt: Date.now() - 4_800 },
  ...more,
});

export const counters = (invocations: number) => ({
  ...{ removed: 36, removedWell: 36, invocations, succeeded: invocations, retried: 0 },
  ...{ p50: { cold: 210, prewarmed: 6.2, warm: 2.4 }, reused: { 'record-vote': { events: 300, containers: 4 } } },
  today: { since: new Date().setHours(8, 12), started: 40, removed: 36 },
});

/** A snapshot of a busy moment. */
export const snapshot = () => ({
  ...{ now: Date.now(), since: Date.now() - 60_000, counters: counters(1240), reusing: [] },
  containers: [
    container('0a', 'web'),
    container('1a', 'record-vote', { state: 'running', inFlight: 3, served: 41 }),
    container('2a', 'record-vote', { state: 'connecting' }),
    container('3a', 'fetch-results'),
    container('4a', 'fetch-results', { state: 'gone', goneAt: Date.now() + 3_600_000, ending: 137 }),
  ],
  memory: { launcher: 31_000_000, database: 40_000_000, idle: true },
});

/** Changes after that snapshot. */
export const changes = (invocations: number, containers: readonly object[] = [], reusing: readonly string[] = []) => ({
  ...{ now: Date.now(), containers, counters: counters(invocations), reusing, moments: [] },
});
