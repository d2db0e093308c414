/** Longer than the gateway waits for web. */
const PATIENCE_MS = 35_000;

/**
 * Sends the presenter's order, or without one asks for what is at the path.
 * @throws an error whose message says what to do
 */
export async function askServer<Answer>(path: string, order?: object): Promise<Answer> {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(order && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    }),
  }).catch(() => {
    throw new Error('The server can’t be reached. Check the connection, then try again.');
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer) return answer;
  if (response.status === 403)
    throw new Error('This browser no longer has the presenter’s key. Open the link that “make run” prints.');
  // Web's answer, or the gateway's when web gives none.
  const message = answer?.message ?? answer?.error?.message ?? `The server answered ${response.status}. Try again`;
  throw new Error(message.replace(/\.?$/, '.'));
}
