import { describe, expect, it } from 'vitest';
import { ServerClock } from './server-clock.ts';

const at = (ms: number) => new Date(ms).toISOString();

describe('the server’s clock', () => {
  it('is unknown before the server has said anything', () => {
    expect(new ServerClock().now(0)).toBeUndefined();
  });
  it('goes on from what the server said, whatever the phone’s own clock says', () => {
    const clock = new ServerClock();
    clock.hear(at(1_000_000), 500);
    expect(clock.now(500)).toBe(1_000_000);
    expect(clock.now(1_700)).toBe(1_001_200);
  });
  it('believes the message with the shortest way: one that was kept or delayed changes nothing', () => {
    const clock = new ServerClock();
    clock.hear(at(1_000_000), 0);
    clock.hear(at(1_000_000), 8_000);
    expect(clock.now(8_000)).toBe(1_008_000);
    clock.hear(at(1_009_500), 9_000);
    expect(clock.now(9_000)).toBe(1_009_500);
  });
  it('is right again after a phone has slept, and its timer with it', () => {
    const clock = new ServerClock();
    clock.hear(at(0), 0);
    clock.hear(at(3_600_000), 1_000);
    expect(clock.now(1_000)).toBe(3_600_000);
  });
  it('follows a clock that runs slower than the phone’s', () => {
    const clock = new ServerClock();
    for (let minute = 0; minute < 60; minute += 1) clock.hear(at(minute * 59_990), minute * 60_000);
    expect(Math.abs((clock.now(59 * 60_000) ?? 0) - 59 * 59_990)).toBeLessThan(250);
  });
  it('ignores a time that is none', () => {
    const clock = new ServerClock();
    clock.hear('soon', 0);
    expect(clock.now(0)).toBeUndefined();
  });
});
