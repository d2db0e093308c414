import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares a secret with a given one: by digests in constant time, so that the timing reveals nothing. A missing secret equals nothing. */
export const isSameSecret = (secret: string | undefined, given: string | undefined): boolean =>
  Boolean(secret) && timingSafeEqual(digestOf(secret ?? ''), digestOf(given ?? ''));

/** Derives a separate secret for each purpose and function from the stack's secret. */
export const secretFor = (key: string, purpose: 'task-agent' | 'role', name: string): string =>
  createHmac('sha256', key).update(`${purpose}:${name}`).digest('hex');
