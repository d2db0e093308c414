import net from 'node:net';
import { anyBytes, anyText } from '@serverless-vote/fuzz';
import fc from 'fast-check';

/** An endpoint's reaction to one raw request: its answer as far as it was read, or that it closed the connection. */
export interface Heard {
  status: number | 'nothing';
  text: string;
}

/** Sends raw bytes on a new connection, and reads until the head of an answer has arrived, or for `patienceMs`. */
export function sendRaw(port: number, bytes: Buffer, patienceMs: number): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      const status = /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      resolve({ status: status === undefined ? 'nothing' : Number(status), text });
    };
    const timer = setTimeout(end, patienceMs);
    socket.setEncoding('latin1').on('data', (data: string) => {
      text += data;
      if (/HTTP\/1\.1 [2-5]\d\d [\s\S]*\r\n\r\n/.test(text)) setImmediate(end);
    });
    socket.on('error', end).on('close', end);
    socket.write(bytes);
  });
}

const pages = [
  '/',
  '/vote',
  '/results',
  '/live',
  '/results.csv',
  '/streams/results',
  '/streams/activity',
  '/presenter/kill',
  '/presenter/polls',
];
const next = [
  '/_next/image?url=http://127.0.0.1:9000/metrics&w=64&q=75',
  '/_next/data/x/index.json',
  '/_next/static/../x',
];
const control = [
  '/2015-03-31/functions',
  '/2015-03-31/functions/fetch-results/invocations',
  '/2015-03-31/functions/record-vote/invocations',
  '/2015-03-31/functions/record-vote/configuration',
  '/system/logs?name=record-vote&tail=3',
  '/dead-letters?function=record-vote',
  '/dead-letters/x',
  '/dead-letters/%00/resend',
  '/metrics',
  '/events',
  '/healthz',
];
const runtime = ['/2018-06-01/runtime/invocation/next', '/2018-06-01/runtime/invocation/x/response'];

const somePath = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...pages, ...next, ...control, ...runtime) },
  fc.webPath(),
);

/** A path in unusual spellings. */
const misspelledPath: fc.Arbitrary<string> = fc
  .tuple(
    somePath,
    fc.constantFrom('', '', '/..', '//', '/.', '/%2e%2e', 'http://127.0.0.1:9000', '\\'),
    fc.array(fc.tuple(fc.nat(60), fc.constantFrom('encode', 'double', 'case', 'slash', 'null')), { maxLength: 3 }),
    fc.constantFrom('', '', '/', '?', '?x=%', ';x', '%00', '#', '%0d%0aX-Evil:%201'),
  )
  .map(([path, before, changes, after]) => {
    let spelled = path;
    for (const [at, how] of changes) {
      const sign = spelled[at] ?? '/';
      const code = sign.charCodeAt(0).toString(16).padStart(2, '0');
      const other = { encode: `%${code}`, double: `%25${code}`, case: sign.toUpperCase(), slash: '//', null: '%00' }[
        how
      ];
      spelled = spelled.slice(0, at) + other + spelled.slice(at + 1);
    }
    return before + spelled + after;
  });

export const anyPath = fc.oneof({ weight: 2, arbitrary: somePath }, { weight: 3, arbitrary: misspelledPath });

const value = anyText.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/\p{Cc}/gu, ' '),
);
const names = ['Accept', 'Cookie', 'Origin', 'Referer', 'Content-Type', 'X-Forwarded-Host', 'X-Amz-Log-Type', 'RSC'];
const more = [
  'Next-Action',
  'Next-Router-State-Tree',
  'X-Middleware-Subrequest',
  'Sec-Fetch-Site',
  'Range',
  'Expect',
  'Upgrade',
];
const known = ['application/json', 'text/html', 'Tail', 'DryRun', '1', '100-continue', 'websocket', 'bytes=0-', 'null'];
const header = fc.tuple(fc.constantFrom(...names, ...more), fc.oneof(fc.constantFrom(...known), value));
const types = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
);

export interface RawRequest {
  method: string;
  path: string;
  host: string;
  headers: [string, string][];
  body: Buffer;
}

/** A valid HTTP request for anything. */
export const anyRequest: fc.Arbitrary<RawRequest> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'),
  path: anyPath,
  host: fc.constantFrom('localhost', '127.0.0.1:8080', '[::1]'),
  headers: fc
    .tuple(fc.array(header, { maxLength: 5 }), types)
    .map(([headers, type]) => [...headers.filter(([name]) => name !== 'Expect'), ['Content-Type', type]]),
  body: fc.oneof(
    anyBytes,
    fc.constantFrom('choice=cats', '{"choice":"dogs"}').map((text) => Buffer.from(text)),
    fc.tuple(fc.uuid(), anyText).map(([voterId, choice]) => Buffer.from(JSON.stringify({ voterId, choice }))),
    anyText.map((text) => Buffer.from(`choice=${text}`)),
    fc.constant(Buffer.alloc(70_000, 'x')),
  ),
});

export function bytesOf(
  { method, path, host, headers, body }: RawRequest,
  framing = `Content-Length: ${body.length}`,
): Buffer {
  const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`).join('');
  const head = `${method} ${path.replace(/[^!-~]/g, '+')} HTTP/1.1\r\nHost: ${host}\r\n${lines}${framing}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** A request with a few bytes removed, changed or doubled: possibly still valid. */
export const anyBrokenRequest: fc.Arbitrary<Buffer> = fc
  .tuple(
    anyRequest,
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('\r', '\n', '\0', ' ', ':', '\xff', '', ','),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([request, changes]) => {
    let text = bytesOf({ ...request, body: request.body.subarray(0, 100) }).toString('latin1');
    for (const [where, sign] of changes) {
      const at = Math.floor(where * text.length);
      text = text.slice(0, at) + sign + text.slice(at + 1);
    }
    return Buffer.from(text, 'latin1');
  });

const ambiguous = [
  'Content-Length: 5\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 5, 6',
  'Content-Length: +5',
  'Content-Length: 5 5',
  'Content-Length: 0x5',
  'Content-Length: -1',
  'Content-Length : 5',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Content-Length: 5\r\n X: folded',
  'X: a\rContent-Length: 5',
  'X: a\nContent-Length: 5',
  'Content-Length:\0 5',
];

/** A request whose end two parsers could see in different places, with another one inside that must not be answered. */
export const anySmuggler: fc.Arbitrary<Buffer> = fc
  .tuple(anyRequest, fc.constantFrom(...ambiguous), anyPath)
  .map(([request, framing, path]) => {
    const inner = `0\r\n\r\nGET ${path.replace(/[^!-~]/g, '+')} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    return bytesOf({ ...request, method: 'POST', headers: [], body: Buffer.from(inner) }, framing);
  });
