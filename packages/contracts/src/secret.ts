import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares a secret with what somebody sent: digests, in constant time, so that the time tells nothing about it. No secret is never the same. */
export const isSameSecret = (secret: string | undefined, given: string | undefined): boolean =>
  Boolean(secret) && timingSafeEqual(digestOf(secret ?? ''), digestOf(given ?? ''));
