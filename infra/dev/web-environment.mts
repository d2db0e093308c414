import { docker, onlyContainer } from './containers.mts';

const PAGE_DEADLINE_MS = 30_000;

/** What the launcher gives to web: read from a web container, which a page view starts. */
export async function webEnvironment(stack: string, url: string): Promise<Record<string, string>> {
  await fetch(url, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(PAGE_DEADLINE_MS) });
  const web = await onlyContainer(stack, 'web');
  if (!web) throw new Error(`No web container of the stack ${stack} runs, though ${url} answers. Try again: make dev`);
  const lines = JSON.parse(await docker('inspect', '--format', '{{json .Config.Env}}', web)) as string[];
  const pairs = lines.map((line): [string, string] => {
    const end = line.indexOf('=');
    return [line.slice(0, end), line.slice(end + 1)];
  });
  return Object.fromEntries(
    pairs.filter(([name]) => !['PATH', 'HOME', 'NODE_COMPILE_CACHE', 'NODE_ENV'].includes(name)),
  );
}
