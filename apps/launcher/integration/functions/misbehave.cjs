// A function that misbehaves as its event says. It calls the Runtime API itself, because our runtime would prevent that.
const http = require('node:http');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');

/** Started instead of web: fills the folder of its socket with files that no other uid may read or remove. */
function misbehaveAsWeb(socket) {
  process.chdir('/run/web');
  fs.mkdirSync('folder');
  fs.mkdirSync(Buffer.from([0x66, 0xff]));
  process.chdir('folder');
  let kilobytes = 0;
  try {
    for (; kilobytes < 80_000; kilobytes += 64) fs.appendFileSync('file', Buffer.alloc(64 * 1024));
  } catch (error) {
    console.error(`${error.code} after ${kilobytes} KB`);
  }
  for (let depth = 0; depth < 20; depth += 1) {
    fs.mkdirSync('x'.repeat(250));
    process.chdir('x'.repeat(250));
  }
  // Sticky, so that write permission is not enough, and inaccessible to all other uids.
  fs.chmodSync('/run/web/folder', 0o1700);
  net.createServer().listen(socket, () => fs.chmodSync(socket, 0o777));
}

/** Started instead of web: by the path of a request, an answer that is no page. */
function answerAsWeb(socket) {
  const announcement = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
  const answers = {
    '/trailer': 'HTTP/1.1 200 OK\r\nTrailer: a\r\nContent-Length: 2\r\n\r\nok',
    '/switch': 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: mine\r\n\r\nmine',
    '/status': 'HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok',
    '/twice': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine',
    '/empty-lines': '\r\n'.repeat(512 * 1024),
    '/announce-nonsense': `${announcement.repeat(9)}nonsense\r\n`,
    '/announce-switch': `${announcement.repeat(9)}HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: mine\r\n\r\n`,
  };
  const server = net.createServer((connection) => {
    const announce = () => connection.writable && connection.write(announcement, () => setImmediate(announce));
    connection
      .on('error', () => undefined)
      .on('data', (asked) => {
        const [, path] = String(asked).split(' ', 2);
        if (path === '/announce') announce();
        // Silence after them would keep each caller waiting until the deadline of an answer.
        else if (path === '/empty-lines') connection.end(answers[path]);
        else connection.write(answers[path] ?? 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n');
      });
  });
  server.listen(socket, () => fs.chmodSync(socket, 0o777));
}

const name = process.env.AWS_LAMBDA_FUNCTION_NAME;
const { AWS_LAMBDA_RUNTIME_API: address = '', SERVERLESS_VOTE_TOKEN: token, LISTEN_ADDRESS: web } = process.env;
const [host, port] = address.split(':');
const endpoint = address.startsWith('/')
  ? { socketPath: address }
  : { host, port, headers: { 'serverless-vote-token': token } };
const BASE = '/2018-06-01/runtime/invocation/';
const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const base = path.startsWith('/') ? '' : BASE;
    const options = { ...endpoint, agent, method, path: base + path, headers: { ...endpoint.headers, ...headers } };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The first line of the answer to arbitrary bytes; nothing if there is no answer soon. */
function sendRaw(bytes) {
  return new Promise((resolve) => {
    const socket = net.connect(endpoint.socketPath ? { path: endpoint.socketPath } : { host, port });
    const end = (line = '') => {
      socket.destroy();
      resolve(line);
    };
    setTimeout(end, 30);
    socket.on('error', () => end()).on('close', () => end());
    socket.on('data', (data) => end(data.toString('latin1').split('\r\n', 1)[0]));
    socket.write(bytes);
  });
}

/** Sent by SIGCONT: held events continue, and later ones are not held. */
const released = new Promise((resolve) => process.once('SIGCONT', resolve));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const deeds = {
  nothing: () => ({}),
  sleep: async ({ ms }) => {
    await pause(ms);
    return { slept: ms };
  },
  // A timer, because a process that only waits for a signal would exit. The file says which container it is.
  hold: async () => {
    const alive = setInterval(() => undefined, 1e6);
    fs.writeFileSync('/tmp/held', '');
    await released;
    clearInterval(alive);
    return { held: true };
  },
  fail: () => {
    throw new TypeError('as told');
  },
  'fail-with': ({ name, message }) => {
    throw Object.assign(new Error(message), { name });
  },
  exit: ({ code }) => process.exit(code),
  loop: () => {
    for (;;);
  },
  'eat-memory': () => {
    const eaten = [];
    for (;;) eaten.push(Buffer.alloc(8 * 1024 * 1024, 1));
  },
  fork: async () => {
    let started = 0;
    let refused;
    while (!refused && started < 1000) {
      const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
      refused = await new Promise((resolve) => {
        child.once('error', (error) => resolve(error.code));
        child.once('spawn', () => resolve(undefined));
      });
      if (!refused) started += 1;
    }
    return { started, refused };
  },
  'fork-bomb': () => {
    spawn('/bin/sh', ['-c', 'bomb() { bomb | bomb & }; bomb'], { stdio: 'ignore', detached: true });
    return new Promise(() => undefined);
  },
  'fill-tmp': () => {
    let written = 0;
    try {
      for (; written < 1000; written += 1) fs.appendFileSync('/tmp/file', Buffer.alloc(1024 * 1024));
    } catch (error) {
      return { megabytes: written, code: error.code };
    }
    return { megabytes: written };
  },
  'write-without-end': ({ megabytes }) => {
    const line = `${'x'.repeat(1023)}\n`.repeat(1024);
    for (let i = 0; i < megabytes; i += 1) fs.writeSync(1, line);
    return { megabytes };
  },
  // Slowly enough for the engine to pass each byte on by itself.
  'write-single-bytes': ({ bytes }) => {
    for (let i = 0; i < bytes; i += 1) {
      fs.writeSync(1, 'x');
      for (const end = performance.now() + 0.03; performance.now() < end; );
    }
    return { bytes };
  },
  'answer-twice': async (_event, id) => {
    const first = await call('POST', `${id}/response`, '"first"');
    const second = await call('POST', `${id}/response`, '"second"');
    console.error(`first ${first.status}, second ${second.status}`);
    return undefined;
  },
  'answer-for-another': async () => ({
    status: (await call('POST', '00000000-0000-4000-8000-000000000000/response', '1')).status,
  }),
  'ask-for-more': async () => ({ status: (await call('GET', 'next')).status }),
  // One after the other, because a sandbox may have few connections.
  'send-raw': async ({ requests }) => {
    const answers = [];
    for (const request of requests) answers.push(await sendRaw(Buffer.from(request, 'base64')));
    return answers;
  },
  // Streamed, so that it doesn't hit its own memory limit first.
  'answer-with-megabytes': async ({ megabytes }, id) => {
    await new Promise((resolve, reject) => {
      const request = http.request({ ...endpoint, method: 'POST', path: `${BASE}${id}/response` }, (response) =>
        response.resume().once('end', resolve),
      );
      request.once('error', reject);
      const write = (left) => {
        if (left === 0) return request.end('"');
        if (request.write('x'.repeat(1024 * 1024))) setImmediate(write, left - 1);
        else request.once('drain', () => write(left - 1));
      };
      request.write('"');
      write(megabytes);
    });
    return undefined;
  },
  // As a client that knows only Lambda's API; `headers` may name one of its events in flight.
  call: async ({ name, event, headers }) => {
    const path = `/2015-03-31/functions/${name}/invocations`;
    const { status, headers: answered, body } = await call('POST', path, JSON.stringify(event), headers);
    return { status, error: answered['x-amzn-errortype'], answer: JSON.parse(body || 'null') };
  },
  say: ({ text }) => {
    console.error(text);
    return {};
  },
  'tell-trace': (_event, _id, trace) => trace,
  look: () => ({
    uid: process.getuid(),
    environment: Object.keys(process.env).sort(),
    engineSocket: fs.existsSync('/var/run/docker.sock'),
    networks: Object.keys(require('node:os').networkInterfaces()),
    writable: ['/', '/run/runtime', '/var/run/postgresql', '/tmp'].filter((path) => {
      try {
        fs.writeFileSync(`${path}/probe`, '');
        return true;
      } catch {
        return false;
      }
    }),
    sockets: fs.readdirSync('/run').sort(),
    runtime: fs.readdirSync('/run/runtime'),
  }),
};

async function serve() {
  for (;;) {
    const next = await call('GET', 'next');
    if (next.status !== 200) process.exit(0);
    const id = next.headers['lambda-runtime-aws-request-id'];
    const event = JSON.parse(next.body);
    const { traceparent, 'lambda-runtime-trace-id': xray } = next.headers;
    try {
      const result = await deeds[event.do ?? 'nothing'](event, id, { traceparent, xray });
      fs.writeSync(2, `END RequestId: ${id}\n`);
      if (result !== undefined) await call('POST', `${id}/response`, JSON.stringify(result));
    } catch (error) {
      await call('POST', `${id}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }));
    }
  }
}

if (web && process.argv[2] === 'answer') answerAsWeb(web);
else if (web) misbehaveAsWeb(web);
else if (name === 'crash-at-start') throw new Error('no configuration, say');
else if (name === 'never-ready') setInterval(() => undefined, 1000);
else for (let poll = 0; poll < Number(process.env.FUNCTION_IN_FLIGHT); poll += 1) serve();
