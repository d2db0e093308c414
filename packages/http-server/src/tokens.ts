import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const HEADER = 'serverless-vote-token';

/**
 * Who calls at an endpoint that many have: each holder has a token of its own, which names it (before the dot) and proves it (after).
 * A token is known by its digest only, compared in constant time, and dead as soon as it is revoked.
 */
export class Tokens<Holder> {
  readonly #holders = new Map<string, { digest: Buffer; holder: Holder }>();

  issue(id: string, holder: Holder): string {
    const proof = randomBytes(32).toString('base64url');
    this.#holders.set(id, { digest: digestOf(proof), holder });
    return `${id}.${proof}`;
  }

  revoke(id: string): void {
    this.#holders.delete(id);
  }

  /** Who sent this request; `undefined` for everybody whose token isn't (or is no longer) good. */
  holderOf({ headers }: IncomingMessage): Holder | undefined {
    const [id = '', proof = ''] = String(headers[HEADER] ?? '').split('.');
    const known = this.#holders.get(id);
    return known && timingSafeEqual(known.digest, digestOf(proof)) ? known.holder : undefined;
  }
}

const digestOf = (proof: string): Buffer => createHash('sha256').update(proof).digest();
