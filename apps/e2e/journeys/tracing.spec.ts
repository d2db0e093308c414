import { expect, test } from '../poll.ts';

test('a tap begins a trace, which the answer names', async ({ poll, vote, page }) => {
  await vote.open();
  await vote.comesAlive();
  const posting = page.waitForResponse((response) => new URL(response.url()).pathname === '/vote');
  await vote.vote(poll.first.label);
  const answer = await posting;
  const [, traceId] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(answer.request().headers().traceparent ?? '') ?? [];
  expect(traceId).toBeDefined();
  expect(answer.headers().traceresponse).toContain(`00-${traceId}-`);
});
