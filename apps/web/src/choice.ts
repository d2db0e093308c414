import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

const LIMIT_BYTES = 16 * 1024;

/** A request that none of our pages sends. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly status: 400 | 413 | 415;

  constructor(status: BadRequest['status'], message: string) {
    super(message);
    this.status = status;
  }
}

type Post = Readable & { headers: IncomingHttpHeaders };

/** Reads the fields `choice` and `poll` from a form or from JSON. Only the first one has to be there. */
export async function voteFrom(request: Post): Promise<{ choice: string; poll?: string }> {
  const type = request.headers['content-type'] ?? '';
  const body = await bounded(request);
  const { choice, poll } = await read(body, type).catch((error) => {
    throw error instanceof BadRequest ? error : new BadRequest(400, 'The body does not match its Content-Type');
  });
  if (typeof choice !== 'string' || choice === '') throw new BadRequest(400, 'The field "choice" is missing');
  return { choice, ...(typeof poll === 'string' && poll !== '' && { poll }) };
}

async function read(body: Buffer<ArrayBuffer>, type: string): Promise<{ choice?: unknown; poll?: unknown }> {
  if (/^application\/json\b/i.test(type)) {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? value : {};
  }
  if (/^application\/x-www-form-urlencoded\b/i.test(type))
    return Object.fromEntries(new URLSearchParams(body.toString()));
  if (/^multipart\/form-data\b/i.test(type)) {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    return Object.fromEntries(form);
  }
  throw new BadRequest(415, 'Send a form, or JSON');
}

/** Reads the body, and stops at the limit if it is longer than any vote. Not by `for await`, which takes several times as long. */
function bounded(request: Post): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > LIMIT_BYTES) return reject(tooLong());
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > LIMIT_BYTES) request.destroy(tooLong());
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => request.readableEnded || reject(new BadRequest(400, 'The body is cut off')));
  });
}

const tooLong = () => new BadRequest(413, 'The body is longer than any vote');
