import type { IncomingMessage, ServerResponse } from 'node:http';

/** The paths at which Next accepts POST. */
const POSTS = ['/presenter/votes', '/presenter/kill', '/presenter/polls'];
/** Headers of Next's own client and of proxies: server actions, parts of pages, cached pages. Our pages are always requested whole. */
const NEXTS_OWN = /^(rsc|next-.*|x-next.*|x-middleware-.*|x-invoke-.*|x-matched-path|x-prerender-.*)$/;

/**
 * Disables features of Next that nothing of ours uses. Its image service fetches addresses that a client names; a POST to a page may
 * be a server action; router state that it can't parse is answered with 500. Returns whether it has answered.
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
