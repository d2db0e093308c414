import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { controlUrl, follow, permanent, send, total, vote } from './stack.ts';

const run = promisify(execFile);

/** Calls web's socket to the control API, which is a socket in the launcher's container; `KEY` stands for the stack's own. */
async function kill(authorization: string, name = 'record-vote'): Promise<{ status: number; json: unknown }> {
  const program = `
    const key = require('fs').readFileSync('/run/secrets/presenter-key', 'utf8').trim();
    const request = require('http').request({
      socketPath: '/run/control/control.sock', method: 'POST', path: '/presenter/kill?name=' + process.argv[2],
      headers: { authorization: process.argv[1].replace('KEY', key) },
    }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      console.log(JSON.stringify({ status: response.statusCode, json: JSON.parse(text) }));
    });
    request.end();`;
  const { id } = await permanent('launcher');
  const { stdout } = await run('docker', ['exec', id, 'node', '-e', program, authorization, name]);
  return JSON.parse(stdout);
}

describe('a container that the presenter kills at work', () => {
  test('ends by SIGKILL, its event is tried again elsewhere, and the vote counts once', async () => {
    const before = await total();
    const events = await follow(controlUrl, '/events');
    const killing = kill('Bearer KEY');
    // The kill waits for an event, so votes are cast until one is hit.
    let settled = false;
    killing.finally(() => {
      settled = true;
    });
    const answers: Awaited<ReturnType<typeof vote>>[] = [];
    do answers.push(await vote());
    while (!settled && answers.length < 100);
    const { status, json } = await killing;
    expect(status).toBe(200);
    const { containerId, events: inHand } = json as { containerId: string; events: number };
    expect(inHand).toBe(1);
    await expect.poll(events.text).toMatch(new RegExp(`event: container.gone\n.*${containerId}.*`));
    expect(events.text()).toMatch(new RegExp(`event: invocation.retried\n.*${containerId}.*exit status 137`));
    expect(events.text()).toMatch(new RegExp(`event: container.gone\n.*${containerId}.*"exitCode":137`));
    events.leave();

    // On a busy machine the queue may refuse a vote, which then isn't recorded.
    for (const { status } of answers) expect(status).toBeOneOf([200, 503]);
    // It may have answered other votes before: the one that it had is another container's.
    const isRetry = (line: string) => line.includes('"type":"invocation.retried"') && line.includes(containerId);
    const [, requestId] = /"requestId":"([^"]+)"/.exec(events.text().split('\n').find(isRetry) ?? '') ?? [];
    const retried = answers.find(({ headers }) => headers['x-amzn-requestid'] === requestId);
    expect(retried?.status).toBe(200);
    expect(retried?.headers['x-container-id']).toMatch(new RegExp(`^(?!${containerId})[0-9a-f]{12}`));
    expect(await total()).toBe(before + answers.filter(({ status }) => status === 200).length);
  });

  test('can’t be killed without the key', async () => {
    const others = ['', 'Bearer ', 'Bearer undefined', `Bearer ${'0'.repeat(64)}`, 'KEY'];
    const answers = await Promise.all(others.map((authorization) => kill(authorization)));
    expect(answers.map(({ status }) => status)).toEqual(others.map(() => 403));
  });

  test('is one of those that web may invoke', async () => {
    expect(await kill('Bearer KEY', 'misbehave')).toMatchObject({ status: 404 });
  });

  test('cannot be reached through the other endpoints', async () => {
    expect((await send(controlUrl, '/presenter/kill?name=record-vote', { method: 'POST' })).status).toBe(404);
  });
});
