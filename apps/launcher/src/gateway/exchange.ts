import http from 'node:http';
import type { Target } from './ingress.ts';

export const ANSWERS_WITHIN_MS = 30_000;
/** 1xx responses that web may send before its answer; they are not passed on. */
const ANNOUNCEMENTS = 8;
/** Dropped in both directions: headers that spoof an identity, and hop-by-hop headers (Node throws at some of them). */
const DROPPED =
  /^(forwarded|x-real-ip|x-forwarded-.*|x-amz-.*|x-amzn-.*|lambda-runtime-.*|serverless-vote-.*|connection|keep-alive|upgrade|http2-settings|te|trailer|transfer-encoding|expect|proxy-.*)$/;

const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 64 });

export function dropHeaders(headers: Record<string, unknown>): void {
  for (const name of Object.keys(headers)) if (DROPPED.test(name)) delete headers[name];
}

export interface Exchange {
  target: Target;
  body: Buffer;
  /** Does the client use TLS? Then its browser sends cookies over nothing else. */
  secure?: boolean;
  withinMs?: number;
}

/**
 * Sends a request with its body to a replica, and the replica's answer to the client. The answer is untrusted.
 * @returns why there is no complete answer; undefined if there is one, or if the client has left
 */
export function exchange(
  { method, url = '/', headers }: http.IncomingMessage,
  response: http.ServerResponse,
  { target, body, secure = false, withinMs = ANSWERS_WITHIN_MS }: Exchange,
): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const path = originForm(url);
    const asked = http.request({ ...target, agent, method, path, headers, timeout: withinMs });
    const giveUp = (why: string) => asked.destroy(new Error(why));
    let announced = 0;
    asked.on('information', () => {
      announced += 1;
      if (announced > ANNOUNCEMENTS) giveUp('it announces its answer for ever');
    });
    // Without a listener, Node drops the connection and tells nobody.
    asked.once('upgrade', (_answer, socket) => {
      socket.on('error', resolve).destroy();
      resolve(new Error('it switched protocols, unasked'));
    });
    // While the client doesn't read, nothing more is read of web's answer either.
    asked.once('timeout', () =>
      response.writableNeedDrain ? response.destroy() : giveUp('it did not answer in time'),
    );
    // Not once, and at a switched connection, too: one that was given up may fail again, and an error that nobody hears ends the launcher.
    asked.on('error', resolve);
    asked.once('response', (answer) => {
      const { statusCode = 0 } = answer;
      dropHeaders(answer.headers);
      if (secure) secureCookies(answer.headers);
      // Node throws if asked to send an invalid status, and that would end the launcher.
      response.writeHead(statusCode < 200 || statusCode > 599 ? 502 : statusCode, answer.headers);
      answer.pipe(response);
      // A truncated answer is truncated for the caller, too: its status has been sent already.
      answer.once('close', () => answer.complete || response.destroy());
    });
    response.once('close', () => {
      if (!response.writableFinished) asked.destroy();
      resolve(undefined);
    });
    asked.end(body);
  });
}

export function secureCookies(headers: http.IncomingHttpHeaders): void {
  const { 'set-cookie': cookies } = headers;
  if (cookies) headers['set-cookie'] = cookies.map((cookie) => `${cookie}; Secure`);
}

/** Path and query alone, normalized, whatever form the client has chosen for its address. */
export function originForm(url: string): string {
  const { pathname, search } = new URL(url.startsWith('/') ? `http://gateway${url}` : url, 'http://gateway');
  return pathname + search;
}
