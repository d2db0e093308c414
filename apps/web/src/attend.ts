import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSignedLatest, newVoter, setVoter, voterCookie, voterFrom } from './voter.ts';

/**
 * What every request gets before Next sees it: security headers, and an identity on the vote page and with what it asks
 * before a vote. A new visitor has it before the first vote, so two quick taps are one voter's, and so is a vote that is sent again.
 */
export function attend(request: IncomingMessage, response: ServerResponse): void {
  const policy = contentSecurityPolicy(randomBytes(16).toString('base64'));
  // Next finds the nonce here and puts it on the scripts that it writes.
  request.headers['content-security-policy'] = policy;
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-content-type-options', 'nosniff');
  // Not `no-referrer`: it turns the Origin of a form's post into `null`.
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');

  const path = request.url?.split('?', 1)[0];
  if (path !== '/' && path !== '/voting') return;
  const cookie = cookieOf(request, voterCookie());
  const voter = voterFrom(cookie);
  // A voter stays the same when an old secret is taken away: each visit signs by the latest.
  if (!voter || !isSignedLatest(cookie, voter)) response.setHeader('set-cookie', setVoter(voter ?? newVoter()));
}

/** Both pages are made for each request, because poll and voter are known only then: so a nonce costs nothing. */
const contentSecurityPolicy = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The cookie's value; ours need no decoding. */
function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = headers.cookie?.split('; ') ?? [];
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
