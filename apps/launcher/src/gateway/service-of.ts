import { WEB } from '@serverless-vote/catalog';

const BELOW_LOCALHOST = '.localhost';

/**
 * The service that a request's Host names: `<name>.localhost`, which browsers resolve to their own machine without asking anybody, is
 * the service of that name. Every other host is web's: localhost, addresses, this machine's names, and whatever DNS rebinding leads here.
 * Undefined below localhost for a name that no service has.
 */
export function serviceOf(host: string | undefined, services: ReadonlyMap<string, unknown>): string | undefined {
  const name = (host ?? '').toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
  if (!name.endsWith(BELOW_LOCALHOST)) return WEB;
  const label = name.slice(0, -BELOW_LOCALHOST.length);
  return services.has(label) ? label : undefined;
}
