import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Limits, limitedServer } from './server.ts';

const patient: Limits = { connections: 100, headersMs: 10_000, requestMs: 0, silentMs: 0, keepAliveMs: 0 };
const whole = 'GET / HTTP/1.1\r\nHost: vote.test:80\r\n\r\n';

const closing: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
});

/** A client of a server with these limits: what the server sends until it closes the connection, and when it does. */
async function caller(limits: Partial<Limits>, handler: http.RequestListener = (_, response) => response.end('hello')) {
  const server = limitedServer({ ...patient, ...limits }, handler, {
    isStream: ({ url }) => url === '/stream',
    busy: (response) => void response.writeHead(503, { 'Retry-After': '1' }).end('busy'),
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  closing.push(() => server.close().closeAllConnections());
  const call = (text: string) => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    closing.push(() => socket.destroy());
    let heard = '';
    socket.setEncoding('latin1').on('data', (data: string) => {
      heard += data;
    });
    socket.write(text);
    const hungUp = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    return { heard: () => heard, hungUp, socket };
  };
  return { call };
}

/** Fails if Node itself, which waits a minute for headers, would have hung up as early. */
async function beforeNodeItself(hungUp: Promise<void>): Promise<void> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  closing.push(() => socket.destroy() && server.close());
  const first = Promise.race([hungUp.then(() => 'ours'), once(socket, 'close').then(() => 'Node')]);
  expect(await first).toBe('ours');
}

test('hangs up on who sends headers drop by drop (slow loris)', async () => {
  const { call } = await caller({ headersMs: 200 });
  const { socket, hungUp, heard } = call('GET / HTTP/1.1\r\nHost: vote.test\r\n');
  const dropping = setInterval(() => socket.write('X-A: b\r\n'), 20);
  closing.push(() => clearInterval(dropping));
  await beforeNodeItself(hungUp);
  expect(heard()).toMatch(/^HTTP\/1\.1 408 /);
});

test('hangs up on who connects and says nothing', async () => {
  const { call } = await caller({ headersMs: 200 });
  await beforeNodeItself(call('').hungUp);
});

test('hangs up on who sends a body drop by drop', async () => {
  const { call } = await caller({ headersMs: 100, requestMs: 200 }, (request, response) => {
    request.resume().once('end', () => response.end());
  });
  const { socket, hungUp } = call('POST / HTTP/1.1\r\nHost: vote.test\r\nContent-Length: 1000\r\n\r\n');
  const dropping = setInterval(() => socket.write('x'), 20);
  closing.push(() => clearInterval(dropping));
  await beforeNodeItself(hungUp);
});

test('hangs up on who is silent while an answer is awaited, and on who keeps a connection for nothing', async () => {
  const silent = await caller({ silentMs: 200 }, () => undefined);
  await silent.call(whole).hungUp;
  const idle = await caller({ keepAliveMs: 200 });
  await idle.call(whole).hungUp;
});

describe('when every connection is taken', () => {
  const stream = 'GET /stream HTTP/1.1\r\nHost: vote.test\r\n\r\n';
  /** Streams stay open, a page is answered at once, and /slow never. */
  const handler: http.RequestListener = ({ url }, response) => {
    if (url === '/stream') response.writeHead(200).write('first');
    else if (url !== '/slow') response.end('hello');
  };
  const until = (condition: () => boolean) => expect.poll(condition).toBe(true);

  test('by streams that nobody reads, each newcomer still gets its page, and the oldest stream goes', async () => {
    const { call } = await caller({ connections: 20 }, handler);
    const streams = Array.from({ length: 60 }, () => call(stream));
    await until(() => streams.filter(({ heard }) => heard().includes('first')).length >= 20);
    for (let i = 0; i < 40; i += 1) {
      const page = call(whole);
      await until(() => page.heard().endsWith('hello'));
    }
    await Promise.any(streams.map(({ hungUp }) => hungUp));
  });

  test('by callers who say nothing, a page and a stream are answered', async () => {
    const { call } = await caller({ connections: 5 }, handler);
    const silent = Array.from({ length: 30 }, () => call(''));
    const [page, viewer] = [call(whole), call(stream)];
    await until(() => page.heard().endsWith('hello') && viewer.heard().includes('first'));
    await Promise.any(silent.map(({ hungUp }) => hungUp));
  });

  test('by requests in progress, none of them is given up for a newcomer', async () => {
    let slow = 0;
    const { call } = await caller({ connections: 3 }, (request, response) => {
      if (request.url === '/slow') slow += 1;
      handler(request, response);
    });
    const working = Array.from({ length: 3 }, () => call('GET /slow HTTP/1.1\r\nHost: vote.test\r\n\r\n'));
    await until(() => slow === 3);
    const newcomers = Array.from({ length: 5 }, () => call(whole));
    await Promise.all(newcomers.map(({ hungUp }) => hungUp));
    expect(working.map(({ socket }) => socket.closed)).toEqual([false, false, false]);
  });
});

describe('requests in progress', () => {
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: vote.test\r\n\r\n`;
  /** The requests in progress on all connections, and how to let all of them end. */
  const held = () => {
    const waiting: http.ServerResponse[] = [];
    const handler: http.RequestListener = (_, response) => {
      waiting.push(response);
      response.once('close', () => waiting.splice(waiting.indexOf(response), 1));
    };
    return { waiting, handler };
  };

  test('are limited over all connections: one more is told to try again, and gets its answer once there is room', async () => {
    const { waiting, handler } = held();
    const { call } = await caller({ requests: 10 }, handler);
    const crowd = Array.from({ length: 10 }, () => call(get('/')));
    await expect.poll(() => waiting.length).toBe(10);
    const late = call(get('/'));
    await expect.poll(late.heard).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 1\r\n.*busy/is);
    waiting[0]?.end('hello');
    await expect.poll(() => crowd[0]?.heard()).toContain('hello');
    late.socket.write(get('/'));
    await expect.poll(() => waiting.length).toBe(10);
  });

  test('are as limited when they come eight on a connection', async () => {
    const { waiting, handler } = held();
    const { call } = await caller({ requests: 20 }, handler);
    const callers = Array.from({ length: 10 }, () => call(get('/').repeat(8)));
    await Promise.any(callers.map(({ hungUp }) => hungUp));
    expect(waiting.length).toBeLessThanOrEqual(20);
  });

  test('whose bodies never arrive keep nobody out: the oldest of them makes way', async () => {
    const { call } = await caller({ requests: 10 }, (request, response) => {
      request.resume().once('end', () => response.end('hello'));
    });
    const post = (body: string) => `POST / HTTP/1.1\r\nHost: vote.test\r\nContent-Length: 5\r\n\r\n${body}`;
    const slow = Array.from({ length: 40 }, () => call(post('dro')));
    await Promise.any(slow.map(({ hungUp }) => hungUp));
    for (const request of [post('votes'), get('/')]) {
      const { heard } = call(request);
      await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 .*hello/s);
    }
  });

  test('make way for a newcomer when their caller has not taken the answer for five seconds, and not before', async () => {
    const { call } = await caller({ requests: 1 }, ({ url }, response) => {
      if (url === '/slow') response.writeHead(200).write('beginning');
      else response.end('hello');
    });
    const now = Math.round(performance.now());
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
    const slow = call(get('/slow'));
    await expect.poll(slow.heard).toContain('beginning');
    clock.mockReturnValue(now + 4_999);
    const early = call(get('/'));
    await expect.poll(early.heard).toMatch(/^HTTP\/1\.1 503 /);
    clock.mockReturnValue(now + 5_000);
    const late = call(get('/'));
    await slow.hungUp;
    await expect.poll(late.heard).toMatch(/^HTTP\/1\.1 200 .*hello/s);
  });

  test('end when their caller does not take the answer', async () => {
    const { call } = await caller({ answerMs: 200 }, (_, response) => void response.writeHead(200).write('beginning'));
    await call(get('/')).hungUp;
  });

  test('behind a stream are none: the connection is closed', async () => {
    const { waiting, handler } = held();
    const { call } = await caller({}, handler);
    await call(get('/stream') + get('/')).hungUp;
    await expect.poll(() => waiting.length).toBe(0);
  });

  test('and connections without one are counted right after every kind of end', async () => {
    const { waiting, handler } = held();
    const { call } = await caller({ requests: 2, connections: 4 }, handler);
    for (let round = 0; round < 10; round += 1) {
      const two = [call(get('/')), call(get('/stream'))];
      await expect.poll(() => waiting.length).toBe(2);
      for (const { socket } of two) socket.destroy();
      await expect.poll(() => waiting.length).toBe(0);
    }
    const last = [call(get('/')), call(get('/'))];
    await expect.poll(() => waiting.length).toBe(2);
    expect(last.map(({ heard }) => heard())).toEqual(['', '']);
  });
});

test.each([
  ['two Hosts', 'Host: vote.test\r\nHost: evil.test'],
  ['two Hosts that are one', 'Host: vote.test\r\nhost: vote.test'],
  ['a path in Host', 'Host: vote.test/evil'],
  ['a user in Host', 'Host: vote.test@evil.test'],
  ['markup in Host', 'Host: "><script>'],
  ['an encoding that nobody takes apart', 'Host: vote.test\r\nTransfer-Encoding: gzip, chunked'],
])('refuses a request with %s', async (_case, headers) => {
  const { call } = await caller({});
  const { heard, hungUp } = call(`GET / HTTP/1.1\r\n${headers}\r\n\r\n`);
  await hungUp;
  expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
});

test('refuses more headers than anybody needs', async () => {
  const { call } = await caller({});
  const headers = (count: number) => Array.from({ length: count }, (_, n) => `X-${n}: y\r\n`).join('');
  const [enough, tooMany] = [99, 100].map((n) => call(whole.replace('\r\n\r\n', `\r\n${headers(n)}\r\n`)));
  await expect.poll(() => enough?.heard()).toMatch(/^HTTP\/1\.1 200 /);
  await tooMany?.hungUp;
  expect(tooMany?.heard()).toMatch(/^HTTP\/1\.1 431 /);
});

test('keeps nothing of a stream’s request', async () => {
  const streaming = Promise.withResolvers<http.IncomingMessage>();
  const { call } = await caller({}, (request, response) => {
    response.write('first');
    streaming.resolve(request);
  });
  call(whole.replace(' / ', ' /stream '));
  expect(await streaming.promise).toMatchObject({ url: '', headers: {}, rawHeaders: [] });
});

test('refuses chunks in HTTP/1.0, which has none', async () => {
  const { call } = await caller({});
  const { heard, hungUp } = call('POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  await hungUp;
  expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
});

test.each(['vote.test', 'vote.test:8080', '127.0.0.1', '[::1]:8080', 'my_machine'])('answers at %s', async (host) => {
  const { call } = await caller({});
  const { heard } = call(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 /);
});
