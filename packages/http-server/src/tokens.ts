import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const HEADER = 'serverless-vote-token';

/**
 * Bearer tokens for an endpoint with many clients: each has a token of its own, an ID and a secret separated by a dot. Only a token's
 * digest is stored; it is compared in constant time, and invalid as soon as it is revoked.
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

  /** The client that sent this request; `undefined` if its token isn't valid (any more). */
  holderOf({ headers }: IncomingMessage): Holder | undefined {
    const [id = '', proof = ''] = String(headers[HEADER] ?? '').split('.');
    const known = this.#holders.get(id);
    return known && timingSafeEqual(known.digest, digestOf(proof)) ? known.holder : undefined;
  }
}

const digestOf = (proof: string): Buffer => createHash('sha256').update(proof).digest();
