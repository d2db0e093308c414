import { describe, expect, test } from 'vitest';
import { type Answer, invoke, watchEngine } from './stack.ts';

/** One container at a time, eight events in flight, four seconds for each: what can't run beside others has to wait its turn. */
const NAME = 'misbehave-in-one-container';
const sleep = (ms: number) => invoke(NAME, { do: 'sleep', ms });
const exit = () => invoke(NAME, { do: 'exit', code: 9 });
const many = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

const errorOf = ({ status, headers, json }: Answer) =>
  status === 200 && headers['x-amz-function-error'] === undefined
    ? 'none'
    : (headers['x-amzn-errortype'] ?? (json() as { errorType: string }).errorType);
const isBlamed = (answer: Answer) => errorOf(answer) === 'Runtime.ExitError';

describe('an event whose container a neighbour has ended', () => {
  test('runs alone in a container that the next of them uses after it, not in one of its own', async () => {
    await sleep(0);
    const engine = await watchEngine(NAME);
    const good = many(7, () => sleep(50));
    const deadly = await exit();
    expect((await Promise.all(good)).map(errorOf)).toEqual(good.map(() => 'none'));
    expect(isBlamed(deadly)).toBe(true);
    // One for them all, two that the deadly event ends when it is tried again, and their successors.
    expect((await engine.end()).filter((event) => event.startsWith('create')).length).toBeLessThanOrEqual(4);
  });

  test('has its turn before all that came later, however many keep coming', async () => {
    const until = performance.now() + 6_000;
    const others: Answer[] = [];
    // Each at a pace of its own, so that the container is never empty by chance.
    const crowd = Array.from({ length: 16 }, async (_, one) => {
      while (performance.now() < until) others.push(await sleep(100 + 13 * one));
    });
    await expect.poll(() => others.length).toBeGreaterThan(8);
    const deadly = exit();
    await Promise.all(crowd);
    expect(others.filter((answer) => errorOf(answer) !== 'none').map(({ text }) => text)).toEqual([]);
    expect((await deadly).text).toMatch(/3 times: exit status 9/);
  });

  test('is not told that it was its own doing, when there was no time to run it alone', async () => {
    await sleep(0);
    const good = many(6, () => sleep(1_500));
    await exit();
    const answers = await Promise.all(good);
    expect(answers.filter(isBlamed)).toEqual([]);
    const late = answers.filter(({ status }) => status === 503);
    expect(late.length).toBeGreaterThan(0);
    for (const { headers, text } of late) {
      expect(headers).toMatchObject({ 'x-amzn-errortype': 'ServiceException', 'retry-after': '2' });
      expect(text).toContain('its container ended under it, and none was free to run it again');
    }
  });
});
