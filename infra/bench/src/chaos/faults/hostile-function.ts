import type { Fault } from '../fault.ts';

/** As many as the catalog allows. */
const CONTAINERS = 3;

/**
 * Compromised containers attack the database with record-vote's own uid and role, with every attack that is known to have worked once:
 * voting has to work meanwhile, and afterwards.
 */
export const hostileFunction: Fault = {
  name: 'hostile function',
  async strike({ stack }) {
    const at = Date.now();
    const attacks = Array.from({ length: CONTAINERS }, () => stack.invoke('hostile'));
    const afterwards = async () => {
      for (const { status, headers, body } of await Promise.all(attacks)) {
        const { attacks: done, silent } = JSON.parse(body) as { attacks?: string[]; silent?: number };
        if (status !== 200 || headers['x-amz-function-error'] !== undefined || !done?.length || !silent)
          throw new Error(`The attacker did not come to its end: ${status} ${body.slice(0, 200)}`);
      }
    };
    return { at, afterwards };
  },
};
