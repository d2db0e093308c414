import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ControlApi } from './control-api.ts';
import { Unreachable, UsageError } from './exit-codes.ts';
import { type Output, printable } from './print.ts';

interface LogLine {
  timestamp: string;
  instance: string;
  requestId?: string;
  text: string;
}

/** Prints the last lines of a function's output, and with `follow` also new ones until it is interrupted. */
export async function logs(
  control: ControlApi,
  { name, tail, follow }: { name: string; tail: string | undefined; follow: boolean },
  output: Output,
): Promise<void> {
  if (tail !== undefined && !/^\d+$/.test(tail)) throw new UsageError(`--tail is a number of lines, not ${tail}.`);
  const query = new URLSearchParams({
    name,
    ...(tail === undefined ? {} : { tail }),
    ...(follow ? { follow: '1' } : {}),
  });
  const { body } = await control.send(`/system/logs?${query}`, { endless: follow });
  if (!body) return;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
      if (line !== '') output.out(output.json ? line : readable(JSON.parse(line)));
    }
  } catch {
    throw new Unreachable('The connection to the control API has ended: the launcher stopped or is restarting.');
  }
}

const readable = ({ timestamp, instance, requestId, text }: LogLine): string =>
  `${timestamp}  ${instance}  ${requestId ?? '-'}  ${printable(text)}`;
