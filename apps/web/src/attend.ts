import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cookieOf } from './cookie.ts';
import { isSignedLatest, newVoter, setVoter, voterCookie, voterFrom } from './voter.ts';

/**
 * Prepares every request before Next sees it: security headers, and a voter's identity on the vote page and its first requests. A new
 * visitor has an identity before the first vote, so two quick taps, or a vote that is sent again, belong to one voter.
 */
export function attend(request: IncomingMessage, response: ServerResponse): void {
  const policy = contentSecurityPolicy(randomBytes(16).toString('base64'));
  // Next reads the nonce from this header and adds it to its scripts.
  request.headers['content-security-policy'] = policy;
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-content-type-options', 'nosniff');
  // Not `no-referrer`, which turns the Origin of a form's POST into `null`.
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');

  const path = request.url?.split('?', 1)[0];
  if (path !== '/' && path !== '/voting') return;
  const cookie = cookieOf(request, voterCookie());
  const voter = voterFrom(cookie);
  // Each visit signs with the latest secret, so a voter stays the same when an old secret is removed.
  if (!voter || !isSignedLatest(cookie, voter)) response.setHeader('set-cookie', setVoter(voter ?? newVoter()));
}

/** Pages are rendered for each request anyway, because poll and voter are known only then, so a nonce costs nothing. */
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
