import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, baseUrl, invoke, permanent, send } from './stack.ts';

const SPAN = '00f067aa0ba902b7';
const newTrace = () => randomBytes(16).toString('hex');
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-0[01]$/;
const traceOf = ({ headers }: Answer) => TRACEPARENT.exec(headers.traceresponse ?? '')?.[1] ?? '';

/** A vote that a program casts through the gateway. */
const post = (headers: Record<string, string>) =>
  send(baseUrl, '/vote', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: 'choice=cats',
  });

/** Casts votes with the given headers, with retries while web or the function can't be started in time on a busy machine. */
async function vote(headers = (): Record<string, string> => ({})): Promise<Answer> {
  const answer = await post(headers());
  return answer.status === 503 ? vote(headers) : answer;
}

interface Line {
  msg: string;
  traceId?: string;
  name?: string;
  text?: string;
  [more: string]: unknown;
}

/** The launcher's log lines of a trace. */
async function linesOf(traceId: string): Promise<Line[]> {
  const log = (await (await permanent('launcher')).logs({ stdout: true, stderr: true, tail: 300 })).toString();
  const lines = log.split('\n').filter((line) => line.includes(traceId));
  // The engine prefixes each line with its length, a byte of which may be a brace.
  return lines.map((line) => JSON.parse(line.slice(line.indexOf('{"'))) as Line);
}

describe('a vote', () => {
  test('keeps its caller’s trace, from gateway and web to the container that records it', async () => {
    let traceId = '';
    const answer = await vote(() => {
      traceId = newTrace();
      return { traceparent: `00-${traceId}-${SPAN}-01` };
    });
    expect(answer.status).toBe(200);
    expect(traceOf(answer)).toBe(traceId);
    expect(answer.headers.traceresponse).not.toContain(SPAN);
    const { requestId, containerId } = answer.json() as { requestId: string; containerId: string };
    await expect.poll(() => linesOf(traceId)).toHaveLength(3);
    expect(await linesOf(traceId)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ msg: 'request.answered', traceId, method: 'POST', path: '/vote', status: 200 }),
        expect.objectContaining({
          msg: 'output',
          name: 'web',
          text: expect.stringMatching(/^POST \/vote answered 200/),
        }),
        expect.objectContaining({ msg: 'invocation.finished', traceId, name: 'record-vote', requestId, containerId }),
      ]),
    );
  });

  test('starts a trace if it has none, as from a form', async () => {
    const traceId = traceOf(await vote());
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    await expect.poll(() => linesOf(traceId)).toHaveLength(3);
  });

  test.each([
    ['no trace id', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no parent', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['capitals', `00-4BF92F3577B34DA6A3CE929D0E0E4736-${SPAN}-01`],
    ['the version that is none', `ff-4bf92f3577b34da6a3ce929d0e0e4736-${SPAN}-01`],
    ['more than version 00 has', `00-4bf92f3577b34da6a3ce929d0e0e4736-${SPAN}-01-more`],
    ['text for the log', 'msg":"forged'],
  ])('that comes with an invalid one gets a new one: %s', async (_case, traceparent) => {
    const answer = await vote(() => ({ traceparent }));
    expect(answer.status).toBe(200);
    expect(traceOf(answer)).toMatch(/^[0-9a-f]{32}$/);
    expect(traceparent.toLowerCase()).not.toContain(traceOf(answer));
  });

  test('is found by make logs and grep', async () => {
    const traceId = traceOf(await vote());
    const logs = spawn(join(import.meta.dirname, '../../../infra/stack/logs.sh'), {
      env: { ...process.env, SAY_SCREEN: '', STEP_NAME: '', STEP_NOTE: '' },
    });
    let text = '';
    logs.stdout.on('data', (chunk) => {
      text += chunk;
    });
    try {
      const found = () => text.split('\n').filter((line) => line.includes(traceId)).length;
      await expect.poll(found).toBe(3);
    } finally {
      logs.kill();
    }
  });
});

describe('an invocation through the control API', () => {
  test('hands its trace to the function, as W3C and as Lambda write it', async () => {
    const traceId = newTrace();
    const answer = await invoke('misbehave', { do: 'tell-trace' }, { traceparent: `00-${traceId}-${SPAN}-01` });
    const [, , span = ''] = TRACEPARENT.exec(answer.headers.traceresponse ?? '') ?? [];
    expect(answer.json()).toEqual({
      traceparent: `00-${traceId}-${span}-01`,
      xray: `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${span};Sampled=1`,
    });
  });

  test('has it in every line that the function writes', async () => {
    const traceId = newTrace();
    await invoke('misbehave', { do: 'say', text: 'here I am' }, { traceparent: `00-${traceId}-${SPAN}-01` });
    await expect
      .poll(() => linesOf(traceId))
      .toContainEqual(expect.objectContaining({ msg: 'output', name: 'misbehave', traceId, text: 'here I am' }));
  });

  test('keeps it over retries', async () => {
    const traceId = newTrace();
    // Its deadline leaves time for three starts, even on a busy machine.
    await invoke('misbehave-in-a-short-queue', { do: 'exit', code: 3 }, { traceparent: `00-${traceId}-${SPAN}-00` });
    const messages = async () => (await linesOf(traceId)).map(({ msg }) => msg);
    await expect.poll(messages).toEqual(['invocation.retried', 'invocation.retried', 'invocation.finished']);
  });

  test('keeps it when its caller does not wait', async () => {
    const traceId = newTrace();
    const headers = { traceparent: `00-${traceId}-${SPAN}-01`, 'x-amz-invocation-type': 'Event' };
    const answer = await invoke('misbehave', {}, headers);
    expect(answer.status).toBe(202);
    expect(traceOf(answer)).toBe(traceId);
    const messages = async () => (await linesOf(traceId)).map(({ msg }) => msg).sort();
    await expect.poll(messages).toEqual(['async.done', 'invocation.finished']);
  });

  test('is told it, too, when it is refused', async () => {
    const traceId = newTrace();
    const answer = await invoke('nobody', {}, { traceparent: `00-${traceId}-${SPAN}-01` });
    expect(answer.status).toBe(404);
    expect(traceOf(answer)).toBe(traceId);
  });
});
