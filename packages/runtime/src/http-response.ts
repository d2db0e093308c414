export interface HttpResponse {
  status: number;
  /** Of several with one name, the last. */
  headers: ReadonlyMap<string, string>;
  /** All of them, as they came. */
  fields: readonly string[];
  body: Buffer;
}

/** Either the first response in `bytes` and its length, or the number of bytes needed before parsing can be retried. */
export type ReadResult = { response: HttpResponse; length: number } | { needed: number };

/** As with Node's own parser. */
const LONGEST_HEAD = 16 * 1024;
/** Our servers send one. All of them are read again when more arrives. */
const MOST_CHUNKS = 100;

/**
 * Reads one HTTP/1.1 response (with Content-Length or chunked) from the start of `bytes`.
 * @throws {Error} when it isn't valid: what follows couldn't be parsed either
 */
export function readResponse(bytes: Buffer): ReadResult {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if ((headEnd < 0 ? bytes.length : headEnd) > LONGEST_HEAD)
    throw new Error('The response is not HTTP: its head is too long');
  if (headEnd < 0) return { needed: bytes.length + 1 };
  const [statusLine = '', ...fields] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(statusLine.split(' ', 2)[1]);
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
  }
  const start = headEnd + 4;
  if (headers.get('transfer-encoding') === 'chunked') {
    const chunked = readChunks(bytes, start);
    if (!chunked) return { needed: bytes.length + 1 };
    return { response: { status, headers, fields, body: chunked.body }, length: chunked.end };
  }
  const end = start + size(headers.get('content-length') ?? '0', /^\d{1,12}$/, 10);
  if (bytes.length < end) return { needed: end };
  return { response: { status, headers, fields, body: bytes.subarray(start, end) }, length: end };
}

function readChunks(bytes: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const length = size(bytes.toString('latin1', at, lineEnd), /^[\da-f]{1,8}$/i, 16);
    const chunkEnd = lineEnd + 2 + length;
    if (bytes.length < chunkEnd + 2) return undefined;
    if (length === 0) return { body: Buffer.concat(chunks), end: chunkEnd + 2 };
    chunks.push(bytes.subarray(lineEnd + 2, chunkEnd));
    if (chunks.length > MOST_CHUNKS) throw new Error('The response has too many chunks');
    at = chunkEnd + 2;
  }
}

function size(text: string, digits: RegExp, radix: number): number {
  if (!digits.test(text))
    throw new Error(`The response is not HTTP: ${JSON.stringify(text.slice(0, 40))} is no length`);
  return Number.parseInt(text, radix);
}
