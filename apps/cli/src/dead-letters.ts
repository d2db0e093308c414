import type { ControlApi } from './control-api.ts';
import { UsageError } from './exit-codes.ts';
import { type Output, printable, short, table } from './print.ts';

interface DeadLetter {
  requestId: string;
  functionName: string;
  diedAt: string;
  attempts: number;
  error: { errorType: string; errorMessage: string };
  event: string | null;
}

/** Which dead letters: one by its request ID, all, or all of one function. */
export interface Selected {
  requestId: string | undefined;
  name: string | undefined;
  all: boolean;
}

export async function listDeadLetters(control: ControlApi, { name }: Selected, output: Output): Promise<void> {
  const query = name === undefined ? '' : `?${new URLSearchParams({ function: name })}`;
  const answer = await control.json<{ total: number; deadLetters: DeadLetter[] }>(`/dead-letters${query}`);
  if (output.json) return output.out(JSON.stringify(answer, null, 2));
  const { deadLetters } = answer;
  if (deadLetters.length === 0) return output.err('There are no dead letters.');
  const rows = deadLetters.map(({ requestId, functionName, diedAt, error }) => [
    ...[requestId, functionName, diedAt.slice(0, 19).replace('T', ' ')],
    short(`${error.errorType}: ${error.errorMessage}`, 80),
  ]);
  output.out(table(['REQUEST ID', 'FUNCTION', 'DIED (UTC)', 'LAST ERROR'], rows));
  output.err('Send them again: fn dead-letters resend <request id>, or --all. Delete them: fn dead-letters delete.');
}

export async function showDeadLetter(control: ControlApi, { requestId }: Selected, output: Output): Promise<void> {
  if (requestId === undefined) throw new UsageError('Which one? fn dead-letters show <request id>');
  const letter = await control.json<DeadLetter>(`/dead-letters/${encodeURIComponent(requestId)}`);
  if (output.json) return output.out(JSON.stringify(letter, null, 2));
  output.out(printable(letter.event ?? ''));
  const { functionName, attempts, diedAt, error } = letter;
  output.err(
    printable(`${functionName}, ${attempts} attempts, died ${diedAt}: ${error.errorType}: ${error.errorMessage}`),
  );
}

export async function resendDeadLetters(control: ControlApi, selected: Selected, output: Output): Promise<void> {
  const path = `${pathOf(selected, 'resend')}/resend${queryOf(selected)}`;
  const { resent } = await control.json<{ resent: number }>(path, { method: 'POST' });
  output.out(output.json ? JSON.stringify({ resent }) : `${resent} sent again`);
}

export async function deleteDeadLetters(control: ControlApi, selected: Selected, output: Output): Promise<void> {
  const path = `${pathOf(selected, 'delete')}${queryOf(selected)}`;
  const { deleted } = await control.json<{ deleted: number }>(path, { method: 'DELETE' });
  output.out(output.json ? JSON.stringify({ deleted }) : `${deleted} deleted`);
}

/** All of them only with `--all`: a missing argument must not select everything. */
function pathOf({ requestId, name, all }: Selected, action: string): string {
  if (requestId !== undefined && !all && name === undefined) return `/dead-letters/${encodeURIComponent(requestId)}`;
  if (requestId === undefined && (all || name !== undefined)) return '/dead-letters';
  throw new UsageError(`Which? fn dead-letters ${action} <request id>, or --all, or --function <name>`);
}

const queryOf = ({ name }: Selected): string =>
  name === undefined ? '' : `?${new URLSearchParams({ function: name })}`;
