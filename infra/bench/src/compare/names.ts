/* The names under which measurements are stored, so that table and rows agree. */

export const at = (rate: number, application: string) => `acknowledged at ${rate} votes/s: ${application}`;
export const visibleIn = (application: string) => `visible: ${application}`;
/** A number of an application. */
export const fact = (what: Fact, application: string) => `${what}: ${application}`;

export type Fact =
  | 'accepted per second'
  | 'all counted after seconds'
  | 'memory when idle'
  | 'processor when idle'
  | 'containers when idle'
  | 'store killed: acknowledged'
  | 'store killed: lost'
  | 'killed between: acknowledged'
  | 'killed between: lost'
  | 'choice=%00: status'
  | 'choice=%00: later vote counted'
  | 'database restarted: back after ms';
