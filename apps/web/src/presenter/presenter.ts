import { isSameSecret } from '@serverless-vote/contracts/secret';
import { env } from '../env.ts';
import { sign, unsign } from '../signed.ts';

/** A day: longer than any talk. */
const MAX_AGE_SECONDS = 24 * 60 * 60;
const WHO = 'presenter';

export const presenterCookie = () => `presenter-${env().STACK_ID}`;

/** Signed for this key, so that a new key invalidates old cookies. */
const purpose = () => `presenter with ${env().PRESENTER_KEY}`;

/** Is this the presenter's key? */
export const isPresentersKey = (key: string): boolean => isSameSecret(env().PRESENTER_KEY, key);

/** Does this browser have a valid presenter's cookie? */
export const isPresenter = (cookie: string | undefined): boolean =>
  env().PRESENTER_KEY !== '' && cookie !== undefined && unsign(cookie, purpose(), env().SESSION_SECRET) === WHO;

/** The header that gives a browser the presenter's cookie. Not `Secure`, because the stage may use plain HTTP. */
export const setPresenter = (): string =>
  `${presenterCookie()}=${sign(WHO, purpose(), env().SESSION_SECRET)}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
