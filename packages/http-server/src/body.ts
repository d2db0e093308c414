import type { IncomingMessage, ServerResponse } from 'node:http';

/** Why a body is refused: it is too large by itself, or together with other bodies that are being received. */
export class BodyRefused extends Error {
  override name = 'BodyRefused';
  readonly kind: 'too-large' | 'too-much-at-once';

  constructor(kind: BodyRefused['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const NOTHING: Buffer = Buffer.alloc(0);

/** A limit on the bytes of all bodies together, so that many large ones can't fill the memory. */
export class ByteBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Whether there was room for them. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/**
 * Reads a body of at most `limit` bytes. A longer one is read to its end and dropped, so that its sender gets the answer.
 * @param budget not needed where the number of bodies is limited, so that each has room
 * @throws {BodyRefused} when the body exceeds the limit or the budget
 */
export function readBody(request: IncomingMessage, limit: number, budget?: ByteBudget): Promise<Buffer> {
  let body = NOTHING;
  let length = 0;
  let held = 0;
  let refusal: BodyRefused | undefined;
  const drop = () => {
    body = NOTHING;
    budget?.giveBack(held);
    held = 0;
  };
  // Not by `for await`, which takes several times as long for a small body, and every invocation has three.
  return new Promise<Buffer>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      const before = length;
      length += chunk.length;
      if (refusal) return;
      if (length > limit) refusal = tooLarge(limit);
      else if (budget?.take(chunk.length) ?? true) {
        body = appended(body, before, chunk);
        held += chunk.length;
      } else refusal = tooMuchAtOnce();
      if (refusal) drop();
    });
    request.once('end', () => {
      if (refusal) reject(refusal);
      else resolve(body.length === length ? body : Buffer.concat([body], length));
      drop();
    });
    const cutOff = (error = new Error('The body is cut off.')) => {
      reject(error);
      drop();
    };
    request.once('error', cutOff);
    request.once('close', () => request.readableEnded || cutOff());
    if (request.destroyed) cutOff();
  });
}

/**
 * Appends a chunk to the first `length` bytes of a body, in one buffer that doubles when it is full: a list of one-byte chunks would
 * take a hundred times as much memory. A body that arrives in one chunk isn't copied.
 */
export function appended(body: Buffer, length: number, chunk: Buffer): Buffer {
  if (length === 0) return chunk;
  const end = length + chunk.length;
  const roomy = end <= body.length ? body : Buffer.concat([body], Math.max(end, 2 * body.length));
  chunk.copy(roomy, length);
  return roomy;
}

/** Counts bytes against the budget while their request is open. @throws {BodyRefused} when the budget is exceeded */
export function holdWhileOpen(response: ServerResponse, bytes: number, budget: ByteBudget): void {
  if (!budget.take(bytes)) throw tooMuchAtOnce();
  const giveBack = () => budget.giveBack(bytes);
  if (response.destroyed) giveBack();
  else response.once('close', giveBack);
}

const tooLarge = (limit: number) => new BodyRefused('too-large', `At most ${limit} bytes are accepted.`);
const tooMuchAtOnce = () =>
  new BodyRefused('too-much-at-once', 'Too much data is being sent at the same time. Try again soon.');
