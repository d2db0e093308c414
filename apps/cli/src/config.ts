import { UsageError } from './exit-codes.ts';

/** The control API's address: `--url`, else CONTROL_URL, else CONTROL_PORT on this machine, else port 9000. @throws {UsageError} */
export function controlUrl(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): URL {
  const text = given ?? environment.CONTROL_URL ?? `http://127.0.0.1:${environment.CONTROL_PORT ?? 9000}`;
  const url = URL.parse(text);
  if (url?.protocol !== 'http:')
    throw new UsageError(`${JSON.stringify(text)} is not a URL of the control API, such as http://127.0.0.1:9000.`);
  return url;
}
