import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { AgentConnection } from './connection.ts';
import type { Registration } from './protocol.ts';
import { Unnamed } from './unnamed.ts';

/** On a Swarm it is the first process of a container; here it is a plain process. */
const PROGRAM = `${import.meta.dirname}/program.ts`;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A task whose program is the given script, and whose launcher is at this port. */
function start(script: string, port: number): ChildProcess {
  const folder = mkdtempSync(`${tmpdir()}/task-agent-`);
  closing.push(() => rmSync(folder, { recursive: true }));
  const secretFile = `${folder}/secret`;
  writeFileSync(secretFile, 'a-secret');
  const env = {
    ...{ ...process.env, TASK_AGENT_ADDRESS: `127.0.0.1:${port}`, TASK_AGENT_TASK: 'a-task' },
    ...{ TASK_AGENT_SERVICE: 'a-function', TASK_AGENT_SECRET_FILE: secretFile },
  };
  const child = spawn(process.execPath, [PROGRAM, process.execPath, '-e', script], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: where it isn't the first process of a container, its program survives it.
    detached: true,
  });
  closing.push(() => endGroup(child));
  return child;
}

function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A registered task, with the launcher's end of its connection. */
async function task(
  script: string,
): Promise<{ agent: AgentConnection; registration: Registration; process: ChildProcess }> {
  const registered = Promise.withResolvers<{ agent: AgentConnection; registration: Registration }>();
  const server = net.createServer((socket) => {
    const agent = new AgentConnection(socket, (registration) => registered.resolve({ agent, registration }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const child = start(script, (server.address() as AddressInfo).port);
  return { ...(await registered.promise), process: child };
}

const LOOP = 'for (;;);';
const WAIT = 'setInterval(() => undefined, 1e6);';

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a task with an agent', () => {
  test('registers, and starts its program only when told to', async () => {
    const { agent, registration } = await task('console.log(process.env.TOLD, process.env.TASK_AGENT_TASK)');
    expect(registration).toMatchObject({ service: 'a-function', task: 'a-task', secret: 'a-secret' });
    agent.start({ TOLD: 'told' });
    let output = '';
    agent.output.on('data', (chunk) => {
      output += chunk;
    });
    expect(await agent.ended).toEqual({ kind: 'exited', exitCode: 0, outOfMemory: false });
    expect(output).toBe('told undefined\n');
  });

  test('ends with the status of its program', async () => {
    const { agent, process: child } = await task('process.exit(7)');
    agent.start({});
    expect(await agent.ended).toEqual({ kind: 'exited', exitCode: 7, outOfMemory: false });
    expect((await once(child, 'exit'))[0]).toBe(7);
  });

  test('ends when told to, whatever its program does', async () => {
    const { agent } = await task(LOOP);
    agent.start({});
    agent.kill();
    expect(await agent.ended).toMatchObject({ kind: 'exited', exitCode: 137 });
  });

  test('asks its launcher before it exits, when Swarm stops it', async () => {
    const script = 'process.on("SIGTERM", () => process.exit(3)); setInterval(() => 0, 9); console.log("up")';
    const { agent, process: child } = await task(script);
    agent.start({});
    await once(agent.output, 'data');
    child.kill('SIGTERM');
    await agent.withdrawn;
    agent.stop();
    expect(await agent.ended).toMatchObject({ kind: 'exited', exitCode: 3 });
  });

  test('opens no debugger by which its program, which has the same uid, could take it over', async () => {
    const { agent, process: child } = await task('setTimeout(() => undefined, 500)');
    let printed = '';
    child.stderr?.on('data', (text) => {
      printed += text;
    });
    child.kill('SIGUSR1');
    agent.start({});
    await agent.ended;
    expect(printed).toBe('');
  });

  test('passes its program’s requests to a port on to the launcher’s, with the task’s token', async () => {
    const asked: (string | undefined)[] = [];
    const launcher = http.createServer((request, response) => {
      const body = text(request);
      void body.then((sent) => {
        asked.push(request.method, request.url, String(request.headers['serverless-vote-token']), sent);
        response.writeHead(202, { 'a-header': 'kept' }).end('an answer');
      });
    });
    await new Promise<void>((resolve) => launcher.listen(0, '127.0.0.1', resolve));
    closing.push(() => launcher.close());
    const port = await freePort();
    const script = `fetch('http://127.0.0.1:${port}/2018?a=b', { method: 'POST', body: 'an event', headers: { 'serverless-vote-token': 'guessed' } })
      .then(async (answer) => console.log(answer.status, answer.headers.get('a-header'), await answer.text()))`;
    const { agent } = await task(script);
    const output = text(agent.output);
    agent.start({}, { port, to: (launcher.address() as AddressInfo).port, token: 'the-token' });
    expect(await output).toBe('202 kept an answer\n');
    expect(asked).toEqual(['POST', '/2018?a=b', 'the-token', 'an event']);
  });

  test('breaks its program’s request off when the launcher does', async () => {
    const launcher = http.createServer((request) => request.socket.destroy());
    await new Promise<void>((resolve) => launcher.listen(0, '127.0.0.1', resolve));
    closing.push(() => launcher.close());
    const port = await freePort();
    const { agent } = await task(`fetch('http://127.0.0.1:${port}/').catch(() => process.exit(3))`);
    agent.start({}, { port, to: (launcher.address() as AddressInfo).port, token: '' });
    expect(await agent.ended).toMatchObject({ exitCode: 3 });
  });

  test('exits at once if its program has not been started', async () => {
    const { agent, process: child } = await task(LOOP);
    child.kill('SIGTERM');
    expect(await agent.ended).toEqual({ kind: 'lost' });
  });

  test('exits at once while its launcher does not answer', async () => {
    const child = start(LOOP, 1);
    await once(child.stderr as Readable, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('reconnects when a connection to its launcher is not answered', async () => {
    const deaf =
      "const s = require('net').createServer().listen(0, '127.0.0.1', 1, () => console.log(s.address().port))";
    const listener = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'ignore'] });
    closing.push(() => listener.kill('SIGKILL'));
    const port = Number((await once(listener.stdout, 'data'))[0]);
    listener.kill('SIGSTOP');
    // The kernel still accepts connections for it until the backlog is full; later ones get no answer.
    for (let n = 0; n < 5; n++) {
      const waiting = net.connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
      closing.push(() => waiting.destroy());
    }
    const child = start(LOOP, port);
    expect(String((await once(child.stderr as Readable, 'data'))[0])).toContain('The launcher does not answer');
  });

  test('ends itself and its program when its launcher is gone', async () => {
    const { agent, process: child } = await task(LOOP);
    agent.start({});
    agent.lose();
    expect((await once(child, 'exit'))[0]).toBe(1);
  });

  test('is lost when it falls silent', async () => {
    const { agent, process: child } = await task(WAIT);
    agent.start({});
    child.kill('SIGSTOP');
    expect(await agent.ended).toEqual({ kind: 'lost' });
  });
});

test.each([
  ['output', `${JSON.stringify({ type: 'output', text: 'x'.repeat(1000) })}\n`],
  ['a line without end', 'x'.repeat(1000)],
])('a connection that sends %s before its task is started is closed', async (_case, kilobyte) => {
  const agents: AgentConnection[] = [];
  const server = net.createServer((socket) => agents.push(new AgentConnection(socket, () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const stranger = net.connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  closing.push(() => stranger.destroy());
  const hungUp = new Promise((resolve) => stranger.resume().once('close', resolve));
  const sending = setInterval(() => stranger.write(kilobyte), 1);
  closing.push(() => clearInterval(sending));
  await hungUp;
  expect(agents[0]?.output.readableLength).toBe(0);
});

test('an unregistered connection is closed for the next one from its address; a registered one stays', async () => {
  const unnamed = new Unnamed();
  const ended: number[] = [];
  const connection = (number: number, remoteAddress: string) =>
    Object.assign(new EventEmitter(), { remoteAddress, destroy: () => ended.push(number) }) as unknown as net.Socket;
  const named = connection(1, 'a');
  unnamed.add(named);
  unnamed.name(named);
  for (const [number, address] of [
    [2, 'a'],
    [3, 'b'],
    [4, 'a'],
    [5, 'a'],
  ] as const)
    unnamed.add(connection(number, address));
  expect(ended).toEqual([2, 4]);
});
