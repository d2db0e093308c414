import { describe, expect, it } from 'vitest';
import { handOn } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a trace', () => {
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
