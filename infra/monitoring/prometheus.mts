// Queries Prometheus about the launcher. Arguments: its address, and the query.
//   up       exits with 0 if it has found and scraped the launcher
//   trouble  prints why it has not
const [address, question] = process.argv.slice(2);

async function ask<Data>(path: string): Promise<Data> {
  const answer = await fetch(new URL(path, address), { signal: AbortSignal.timeout(2_000) });
  return ((await answer.json()) as { data: Data }).data;
}

try {
  if (question === 'up') {
    const { result } = await ask<{ result: { value: [number, string] }[] }>('/api/v1/query?query=up');
    process.exit(result[0]?.value[1] === '1' ? 0 : 1);
  }
  const { activeTargets } = await ask<{ activeTargets: { lastError: string }[] }>('/api/v1/targets');
  console.log(activeTargets[0]?.lastError || 'It has not found the launcher.');
} catch {
  if (question === 'up') process.exit(1);
  console.log('Prometheus itself does not answer.');
}
