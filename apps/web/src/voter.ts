import { randomUUID } from 'node:crypto';
import { env } from './env.ts';
import { parseReceipt, type Receipt } from './receipt.ts';
import { sign, unsign } from './signed.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
/** The longest lifetime that browsers allow. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export const voterCookie = () => `voter-${env().STACK_ID}`;
export const receiptCookie = () => `receipt-${env().STACK_ID}`;

/** A new voter. */
export const newVoter = (): string => randomUUID();

/** The voter in a browser's cookies, if the signature is valid. */
export function voterFrom(cookie: string | undefined): string | undefined {
  const voter = cookie && unsign(cookie, 'voter', env().SESSION_SECRET);
  return voter && UUID.test(voter) ? voter : undefined;
}

/** Was a voter's cookie signed with the latest secret? */
export const isSignedLatest = (cookie: string | undefined, voter: string): boolean =>
  cookie === sign(voter, 'voter', env().SESSION_SECRET);

/**
 * The voter's last receipt, so that a page remembers the choice without a query to the database. It may be for another poll, or for a vote
 * that has been forgotten since: the page compares it with the poll that it shows.
 */
export function receiptFrom(cookie: string | undefined, voter: string | undefined): Receipt | undefined {
  const json = cookie && voter && unsign(cookie, `receipt of ${voter}`, env().SESSION_SECRET);
  return json ? parseReceipt(Buffer.from(json, 'base64url').toString()) : undefined;
}

/** The header that stores the voter in the browser. */
export const setVoter = (voter: string): string => setCookie(voterCookie(), sign(voter, 'voter', env().SESSION_SECRET));

/** The header that stores the receipt in the browser. */
export function setReceipt(receipt: Receipt, voter: string): string {
  const json = Buffer.from(JSON.stringify(receipt)).toString('base64url');
  return setCookie(receiptCookie(), sign(json, `receipt of ${voter}`, env().SESSION_SECRET));
}

/** Not `Secure`, because phones in a room use plain HTTP and would drop the cookie. */
const setCookie = (name: string, value: string) =>
  `${name}=${value}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
