/**
 * Formats a line of a container's log: the launcher's JSON becomes `12:00:01.123 launcher  message  key=value …`, Postgres' lines lose
 * their date. A function's output is untrusted, so a terminal gets no control characters.
 */
export function readable(name: string, line: string): string {
  const [clock, text] = line.startsWith('{') ? ofLauncher(line) : ofPostgres(line);
  return `${clock} ${name.padEnd(8)}  ${printable(text)}`;
}

/** Messages that Postgres logs at every start, and when the launcher checks whether it has started. */
export const isStartUpNoise = (line: string): boolean =>
  /(LOG: {2}(starting PostgreSQL|listening on|database system (was shut down at|is ready))|FATAL: {2}the database system is starting up)/.test(
    line,
  );

const SIGNS = new Map([
  [40, '! '],
  [50, '✗ '],
  [60, '✗ '],
]);

function ofLauncher(line: string): [clock: string, text: string] {
  try {
    // Of a lifecycle event, the message is the type.
    const { time, level, msg = '', type: _type, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const details = Object.entries(rest).map(([key, value]) => `${key}=${plain(value)}`);
    return [clockOf(time as string), `${SIGNS.get(level as number) ?? ''}${[msg, ...details].join('  ')}`];
  } catch {
    return [clockOf(), line];
  }
}

function ofPostgres(line: string): [clock: string, text: string] {
  const [, time, text] = /^(\d{4}-\d\d-\d\d [\d:.]{12} UTC) (.*)$/.exec(line) ?? [];
  return text === undefined ? [clockOf(), line] : [clockOf(time), text];
}

/** The local time of day; blank if a line has no time. */
function clockOf(time?: string): string {
  const at = new Date(time ?? Number.NaN);
  if (Number.isNaN(at.getTime())) return ' '.repeat(12);
  return `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function plain(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[\w./:-]{12}[0-9a-f]{52}$/.test(value) ? value.slice(0, 12) : value;
}

/** Control characters could move the cursor, set colours or the window's title, reverse text, or start a line that looks like ours. */
const printable = (text: string): string =>
  text.replace(/\n/g, '\n               ').replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, '�');
