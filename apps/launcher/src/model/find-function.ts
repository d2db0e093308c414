import type { Catalog, FunctionEntry } from '@serverless-vote/catalog';
import { beginningOf } from '@serverless-vote/contracts/text';
import { LauncherError } from './errors.ts';

/**
 * The function that a request names: by its name or ARN, with the qualifier `$LATEST` or none
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, FunctionName).
 * @throws {LauncherError} ResourceNotFoundException when it isn't in the catalog
 */
export function findFunction(
  catalog: Catalog,
  requested: string,
  qualifier?: string,
): { name: string; entry: FunctionEntry } {
  const arn = /^(?:arn:aws:lambda:[a-z0-9-]*:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST))?$/.exec(
    requested,
  );
  const name = arn?.[1];
  const entry = name !== undefined && Object.hasOwn(catalog.functions, name) ? catalog.functions[name] : undefined;
  if (name === undefined || entry === undefined || (qualifier !== undefined && qualifier !== '$LATEST')) {
    const known = Object.keys(catalog.functions).join(', ');
    throw new LauncherError(
      'ResourceNotFoundException',
      `Function not found: ${JSON.stringify(beginningOf(requested, 100))}. The catalog has: ${known}.`,
    );
  }
  return { name, entry };
}

export const arnOf = (name: string): string => `arn:aws:lambda:local:000000000000:function:${name}`;
