import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { audit } from './audit.mts';

const here = import.meta.dirname;
const accepted = JSON.parse(readFileSync(`${here}/accepted-vulnerabilities.json`, 'utf8')) as Record<string, string>;

it('the packages of the lock file have no known vulnerability but those that are accepted, each with its reason', async ({
  annotate,
}) => {
  for (const [id, reason] of Object.entries(accepted))
    expect(reason.length, `why is ${id} accepted?`).toBeGreaterThan(20);
  const result = await audit(`${here}/../..`, accepted);
  if (result.kind === 'not-answered') {
    const said = `Nothing was audited: the registry does not answer (${result.why}).`;
    console.warn(said);
    await annotate(said);
    return;
  }
  expect(result.unlisted).toEqual([]);
  expect(result.stale).toEqual([]);
});
