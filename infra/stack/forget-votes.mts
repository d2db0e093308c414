// Makes the launcher delete all votes. Argument: the address of the control API.
try {
  const answer = await fetch(new URL('/reset', process.argv[2]), {
    method: 'POST',
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.status !== 200) throw new Error(((await answer.json()) as { Message: string }).Message);
} catch (error) {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `The control API does not answer: ${cause.message}` : message);
  process.exit(1);
}
