import { docker, onlyContainer } from './containers.mts';

const PAGE_DEADLINE_MS = 30_000;
/** Web stops when no page is requested, on a busy machine possibly before it has been inspected; then the next page starts it again. */
const ATTEMPTS = 10;

/** The environment that the launcher gives to web, read from a web container, which a page view starts. */
export async function webEnvironment(stack: string, url: string): Promise<Record<string, string>> {
  const lines = await webSettings(stack, url);
  const pairs = lines.map((line): [string, string] => {
    const end = line.indexOf('=');
    return [line.slice(0, end), line.slice(end + 1)];
  });
  return Object.fromEntries(
    pairs.filter(([name]) => !['PATH', 'HOME', 'NODE_COMPILE_CACHE', 'NODE_ENV'].includes(name)),
  );
}

async function webSettings(stack: string, url: string): Promise<string[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    await fetch(url, { headers: { accept: '*/*' }, signal: AbortSignal.timeout(PAGE_DEADLINE_MS) });
    const web = await onlyContainer(stack, 'web');
    const settings = web && (await docker('inspect', '--format', '{{json .Config.Env}}', web).catch(() => undefined));
    if (settings) return JSON.parse(settings);
  }
  throw new Error(`No web container of the stack ${stack} runs, though ${url} answers. Try again: make dev`);
}
