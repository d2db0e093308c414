import { describe, expect, test } from 'vitest';
import { hold, running } from './held.ts';
import { type Answer, invoke, watchEngine } from './stack.ts';

/** One container at a time, eight events in flight: an event that must run alone has to wait its turn. */
const NAME = 'misbehave-in-one-container';
/** The same with a deadline of six seconds. */
const IMPATIENT = 'misbehave-impatient-in-one-container';
const exit = { do: 'exit', code: 9 };
const many = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

const errorOf = ({ status, headers, json }: Answer) =>
  status === 200 && headers['x-amz-function-error'] === undefined
    ? 'none'
    : (headers['x-amzn-errortype'] ?? (json() as { errorType: string }).errorType);
const isBlamed = (answer: Answer) => errorOf(answer) === 'Runtime.ExitError';

describe('an event whose container a neighbour has ended', () => {
  test('runs alone in a container that the next of them uses after it, not in one of its own', async () => {
    const good = [await hold(NAME), ...(await Promise.all(many(6, () => hold(NAME))))];
    const engine = await watchEngine(NAME);
    const deadly = await running(NAME, exit);
    const answers = good.map(async ({ answer, runningAgain, release }) => {
      // Events that were released earlier may have ended with this container.
      await release(await runningAgain(1)).catch(() => undefined);
      return errorOf(await answer);
    });
    expect(await Promise.all(answers)).toEqual(good.map(() => 'none'));
    expect(isBlamed(await deadly.answer)).toBe(true);
    const created = (await engine.end()).filter((event) => event.startsWith('create'));
    expect(created.length).toBeLessThan(good.length);
  });

  test('has its turn before all that came later, however many keep coming', async () => {
    const others: Answer[] = [];
    let isOver = false;
    // With different pauses, so that the container is never empty by chance.
    const crowd = many(16, () => undefined).map(async (_, one) => {
      while (!isOver) others.push(await invoke(NAME, { do: 'sleep', ms: 50 + 7 * one }));
    });
    await expect.poll(() => others.length).toBeGreaterThan(8);
    const deadly = await invoke(NAME, exit);
    isOver = true;
    await Promise.all(crowd);
    expect(others.filter((answer) => errorOf(answer) !== 'none').map(({ text }) => text)).toEqual([]);
    expect(deadly.text).toMatch(/3 times: exit status 9/);
  });

  test('is not blamed if there was no time to run it alone', async () => {
    const good = [await hold(IMPATIENT), ...(await Promise.all(many(5, () => hold(IMPATIENT))))];
    await invoke(IMPATIENT, exit);
    const answers = await Promise.all(good.map(({ answer }) => answer));
    expect(answers.filter(isBlamed)).toEqual([]);
    const late = answers.filter(({ status }) => status === 503);
    expect(late.length).toBeGreaterThan(0);
    for (const { headers, text } of late) {
      expect(headers).toMatchObject({ 'x-amzn-errortype': 'ServiceException', 'retry-after': '2' });
      expect(text).toContain('its container ended under it, and none was free to run it again');
    }
  });
});
