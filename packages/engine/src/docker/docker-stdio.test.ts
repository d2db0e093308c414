import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http, { type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import os from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterEach, expect, test } from 'vitest';
import type { SandboxSpec } from '../engine.ts';
import { DockerEngine } from './docker-engine.ts';

const ID = 'c0ffee'.repeat(10);
let close: () => Promise<void>;
afterEach(() => close());

/** An engine with one container that has standard input; the test plays its program and its end. */
async function engineWithStdin() {
  const folder = mkdtempSync(`${os.tmpdir()}/engine-`);
  const attached = Promise.withResolvers<Socket>();
  let events: ServerResponse | undefined;
  const paths = ['/run/runtime', '/run/control', '/run/ingress', '/var/run/postgresql'];
  const inspected = {
    Image: 'i',
    Mounts: paths.map((path) => ({ Destination: path, Source: path })),
    State: { Running: true },
  };
  const server = http.createServer((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/events')) {
      events = response;
      return response.flushHeaders();
    }
    const body = url.includes('/create') ? { Id: ID } : url.includes('/containers/json') ? [{ Id: 'l' }] : inspected;
    response.writeHead(url.endsWith('/start') ? 204 : 200).end(url.endsWith('/start') ? '' : JSON.stringify(body));
  });
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    attached.resolve(socket);
  });
  const listen = () => new Promise<void>((resolve) => server.listen(`${folder}/docker.sock`, resolve));
  await listen();
  const engine = new DockerEngine('s', new Docker({ socketPath: `${folder}/docker.sock` }));
  await engine.open();
  await expect.poll(() => events).toBeDefined();
  close = async () => {
    await engine.close();
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  };
  const spec = { sandboxId: 'a', name: 'f', mounts: [], environment: {}, secrets: {}, stdio: true };
  const started = await engine.start(spec as unknown as SandboxSpec);
  if (!started.stdio) throw new Error('There is no standard input.');
  const say = async (stream: 1 | 2, what: string) => {
    const header = Buffer.alloc(8);
    header.writeUInt8(stream);
    header.writeUInt32BE(what.length, 4);
    (await attached.promise).write(Buffer.concat([header, Buffer.from(what)]));
  };
  return {
    ...{ started, stdio: started.stdio, say, attached: attached.promise },
    die: (exitCode: number) =>
      events?.write(
        `${JSON.stringify({ Action: 'die', Actor: { ID, Attributes: { exitCode: String(exitCode) } } })}\n`,
      ),
    breakOff: () => events?.destroy(),
  };
}

test('the end of the event is the end of the container’s input; both outputs stay open, and apart', async () => {
  const { started, stdio, say, attached, die } = await engineWithStdin();
  stdio.input.end('an event');
  const event: Buffer[] = [];
  (await attached).on('data', (chunk: Buffer) => event.push(chunk));
  await once(await attached, 'end');
  expect(Buffer.concat(event).toString()).toBe('an event');
  await say(1, 'a result');
  await say(2, 'a line');
  die(0);
  (await attached).end();
  expect([await text(stdio.result), await text(started.output)]).toEqual(['a result', 'a line']);
  expect(await started.exited).toEqual({ kind: 'exited', exitCode: 0, outOfMemory: false });
});

test('an exit is not reported before the last output has come', async () => {
  const { started, stdio, say, attached, die } = await engineWithStdin();
  let isReported = false;
  void started.exited.then(() => {
    isReported = true;
  });
  stdio.input.end('{}');
  started.output.resume();
  die(0);
  const result = text(stdio.result);
  await say(1, 'late');
  await new Promise((resolve) => stdio.result.once('data', resolve));
  // The exit has time to arrive; reported or not, the test doesn't depend on how quick that is.
  await delay(100);
  expect(isReported).toBe(false);
  (await attached).end();
  expect(await result).toBe('late');
  expect(await started.exited).toMatchObject({ exitCode: 0 });
});

test('a container whose output a gap may have cut off is lost, however it ends', async () => {
  const { started, breakOff } = await engineWithStdin();
  breakOff();
  expect(await started.exited).toEqual({ kind: 'lost' });
});
