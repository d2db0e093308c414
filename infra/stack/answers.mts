// Exits with 0 if the address answers 200.
const answer = await fetch(process.argv[2] ?? '', {
  headers: { accept: 'text/html' },
  signal: AbortSignal.timeout(20_000),
}).catch(() => undefined);
process.exit(answer?.status === 200 ? 0 : 1);
