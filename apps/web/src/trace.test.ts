import { describe, expect, it } from 'vitest';
import { handOn, newTraceId, traceparentFor } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a trace', () => {
  it('begins with an id of its own', () => {
    expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(newTraceId()).not.toBe(newTraceId());
  });
  it('has a parent id of its own for every request', () => {
    const [first, second] = [traceparentFor(TRACE), traceparentFor(TRACE)];
    expect(first).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(first).not.toBe(second);
  });
  it('is handed on: the same id, another parent, and what others say about it', () => {
    const headers = new Headers({ traceparent: `00-${TRACE}-00f067aa0ba902b7-00`, tracestate: 'vendor=1' });
    expect(handOn(headers)).toEqual({
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$`)),
      tracestate: 'vendor=1',
    });
  });
  it('is not made up by web: without one the launcher begins it', () => {
    expect(handOn(new Headers())).toEqual({});
    expect(handOn(new Headers({ traceparent: 'nonsense', tracestate: 'vendor=1' }))).toEqual({});
  });
});
