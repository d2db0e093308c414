import type { IncomingMessage, ServerResponse } from 'node:http';

/** What may be posted to. */
const POSTS = ['/vote', '/presenter/votes', '/presenter/kill'];
/** By which Next's own client and proxies talk to it: server actions, parts of pages, cached pages. Our pages are asked for whole. */
const NEXTS_OWN = /^(rsc|next-.*|x-next.*|x-middleware-.*|x-invoke-.*|x-matched-path|x-prerender-.*)$/;

/**
 * Closes what Next listens to although nothing of ours uses it. Its image service fetches addresses that a caller names; a post to a
 * page may be a server action; a state of its router that it can't read is answered with 500. Returns whether it has answered.
 */
export function turnAway(request: IncomingMessage, response: ServerResponse): boolean {
  for (const name of Object.keys(request.headers)) if (NEXTS_OWN.test(name)) delete request.headers[name];
  const path = request.url?.split('?', 1)[0] ?? '';
  const isPost = request.method === 'POST';
  if (isPost ? POSTS.includes(path) : !path.startsWith('/_next/image')) return false;
  const status = isPost ? 405 : 404;
  response.writeHead(status, { 'cache-control': 'no-store', ...(isPost && { allow: 'GET, HEAD' }) }).end();
  return true;
}
