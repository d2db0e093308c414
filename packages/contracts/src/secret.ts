import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares a secret with what somebody sent: digests, in constant time, so that the time tells nothing about it. No secret is never the same. */
export const isSameSecret = (secret: string | undefined, given: string | undefined): boolean =>
  Boolean(secret) && timingSafeEqual(digestOf(secret ?? ''), digestOf(given ?? ''));

/** A secret of its own for each purpose and function, from the one that the stack was given. */
export const secretFor = (key: string, purpose: 'task-agent' | 'role', name: string): string =>
  createHmac('sha256', key).update(`${purpose}:${name}`).digest('hex');
