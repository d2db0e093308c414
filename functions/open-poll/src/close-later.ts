import type { Calls } from '@serverless-vote/runtime';

/**
 * Leaves an event behind that closes the poll at the end of its countdown, when nothing else needs to run any more. It is due within the
 * last second, and close-poll waits for the rest, so that a cold start takes no time. If it can't be left, the countdown ends all the same:
 * the database refuses votes that are accepted later.
 */
export async function closeLater(
  { id, closesAt }: { id: string; closesAt: string | null },
  invokeLater: Calls['invokeLater'],
): Promise<void> {
  if (closesAt === null) return;
  const delaySeconds = Math.max(0, Math.floor((Date.parse(closesAt) - Date.now()) / 1_000));
  await invokeLater('close-poll', { poll: id, closesAt }, { delaySeconds }).catch((error: unknown) =>
    console.error('Nobody will close %s at %s: %s', id, closesAt, error),
  );
}
