import { expect, it } from 'vitest';
import { within } from './deadline.ts';

it('gives what comes in time', async () => {
  expect(await within(60_000, 'a row', Promise.resolve(7))).toBe(7);
  await expect(within(60_000, 'a row', Promise.reject(new Error('its own')))).rejects.toThrow('its own');
});

it('does not wait for what hangs, and names it', async () => {
  await expect(within(1, 'a row', new Promise(() => undefined))).rejects.toThrow('a row: no end after 0 s');
});
