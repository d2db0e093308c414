import { createHash, timingSafeEqual } from 'node:crypto';
import { env } from '../env.ts';
import { sign, unsign } from '../signed.ts';

/** A talk is over after a day. */
const MAX_AGE_SECONDS = 24 * 60 * 60;
const WHO = 'presenter';

export const presenterCookie = () => `presenter-${env().STACK_ID}`;

/** Signed for this key, so that a new key ends what the old one allowed. */
const purpose = () => `presenter with ${env().PRESENTER_KEY}`;

/** Whether a key is the presenter's. Digests are compared, so that the time it takes tells nothing. */
export function isPresentersKey(key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return env().PRESENTER_KEY !== '' && timingSafeEqual(digest(key), digest(env().PRESENTER_KEY));
}

/** Whether a browser's cookie says that the presenter is there, and we said so. */
export const isPresenter = (cookie: string | undefined): boolean =>
  env().PRESENTER_KEY !== '' && cookie !== undefined && unsign(cookie, purpose(), env().SESSION_SECRET) === WHO;

/** The header that makes a browser the presenter's. Not `Secure`: the stage may come by plain http. */
export const setPresenter = (): string =>
  `${presenterCookie()}=${sign(WHO, purpose(), env().SESSION_SECRET)}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
