import { describe, expect, it } from 'vitest';
import { handOn } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a trace', () => {
  it('is passed on: the same ID, another parent, and the caller’s tracestate', () => {
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-00`, tracestate: 'vendor=1' };
    expect(handOn(headers)).toEqual({
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$`)),
      tracestate: 'vendor=1',
    });
  });
  it('is passed on without a tracestate that is no text', () => {
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-00`, tracestate: 'vendor=1\r\nx: y' };
    expect(handOn(headers)).not.toHaveProperty('tracestate');
  });
  it('is not started by web: without one the launcher starts it', () => {
    expect(handOn({})).toEqual({});
    expect(handOn({ traceparent: 'nonsense', tracestate: 'vendor=1' })).toEqual({});
  });
});
