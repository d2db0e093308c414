import type { IncomingMessage, ServerResponse } from 'node:http';

/** What may be posted to. */
const POSTS = ['/vote', '/presenter/votes', '/presenter/kill'];

/**
 * Answers what Next would listen to although nothing of ours uses it: server actions, which are posts to a page, and its image
 * service, which fetches addresses that a caller names. Returns whether it has answered.
 */
export function turnAway(request: IncomingMessage, response: ServerResponse): boolean {
  delete request.headers['next-action'];
  const path = request.url?.split('?', 1)[0] ?? '';
  const isPost = request.method === 'POST';
  if (isPost ? POSTS.includes(path) : !path.startsWith('/_next/image')) return false;
  const status = isPost ? 405 : 404;
  response.writeHead(status, { 'cache-control': 'no-store', ...(isPost && { allow: 'GET, HEAD' }) }).end();
  return true;
}
