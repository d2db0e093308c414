import { afterAll, expect, test } from 'vitest';
import { ownerSession } from './sql.ts';
import { containers, controlUrl, docker, healthy, isRecorded, send, vote } from './stack.ts';

const health = async () => (await send(controlUrl, '/healthz')).json();
const becomes = (status: string, reason: RegExp) =>
  expect.poll(health, { interval: 500 }).toEqual({ status, reason: expect.stringMatching(reason) });

const [repository, tag] = ['serverless-vote/record-vote', process.env.IMAGE_TAG ?? 'test'];
const bringBack = async () => {
  await docker.getImage(`${repository}:${tag}-kept`).tag({ repo: repository, tag });
  await docker.getImage(`${repository}:${tag}-kept`).remove({ noprune: true });
};
afterAll(() => bringBack().catch(() => undefined));

test('health names an image that is missing before anybody has tried to vote, and says ok when it is back', async () => {
  await healthy();
  await docker.getImage(`${repository}:${tag}`).tag({ repo: repository, tag: `${tag}-kept` });
  // A ready container could still take a vote.
  await expect.poll(async () => (await containers('record-vote')).length).toBe(0);
  await docker.getImage(`${repository}:${tag}`).remove({ noprune: true });
  await becomes('failing', /the image serverless-vote\/record-vote:\S+ isn't on this machine/);
  expect(await containers('record-vote')).toEqual([]);
  await bringBack();
  await healthy();
});

test('health says what is wrong while every vote fails, and ok after the first that succeeds', async () => {
  await healthy();
  const { client, end } = await ownerSession();
  const signature = 'record_votes(uuid[], text[], bigint[], text[])';
  await client.query(`alter function ${signature} rename to record_votes_not`);
  try {
    for (let times = 0; times < 3; times += 1) await vote();
    await becomes('failing', /the last \d+ invocations of record-vote failed: /);
  } finally {
    await client.query(
      `alter function ${signature.replace('record_votes', 'record_votes_not')} rename to record_votes`,
    );
    await end();
  }
  // A vote that a busy machine refuses has no function error, and isn't recorded.
  await expect.poll(async () => isRecorded(await vote())).toBe(true);
  expect(await health()).toEqual({ status: 'ok' });
});
