import { isSameSecret } from '@serverless-vote/contracts/secret';
import { env } from '../env.ts';
import { sign, unsign } from '../signed.ts';

/** A talk is over after a day. */
const MAX_AGE_SECONDS = 24 * 60 * 60;
const WHO = 'presenter';

export const presenterCookie = () => `presenter-${env().STACK_ID}`;

/** Signed for this key, so that a new key ends what the old one allowed. */
const purpose = () => `presenter with ${env().PRESENTER_KEY}`;

/** Whether a key is the presenter's. */
export const isPresentersKey = (key: string): boolean => isSameSecret(env().PRESENTER_KEY, key);

/** Whether a browser's cookie says that the presenter is there, and we said so. */
export const isPresenter = (cookie: string | undefined): boolean =>
  env().PRESENTER_KEY !== '' && cookie !== undefined && unsign(cookie, purpose(), env().SESSION_SECRET) === WHO;

/** The header that makes a browser the presenter's. Not `Secure`: the stage may come by plain http. */
export const setPresenter = (): string =>
  `${presenterCookie()}=${sign(WHO, purpose(), env().SESSION_SECRET)}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
