import { describe, expect, test } from 'vitest';
import { childOf, continueTrace, newTraceId, traceparentFor, traceparentOf, xrayHeaderOf } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  test('is continued: the same trace and sampling, a span of its own', () => {
    const trace = continueTrace(`00-${TRACE}-${SPAN}-01`);
    expect(trace).toEqual({ traceId: TRACE, spanId: expect.stringMatching(/^[0-9a-f]{16}$/), sampled: true });
    expect(trace.spanId).not.toBe(SPAN);
    expect(traceparentOf(trace)).toBe(`00-${TRACE}-${trace.spanId}-01`);
    expect(traceparentOf(continueTrace(`00-${TRACE}-${SPAN}-00`))).toMatch(/-00$/);
  });

  test('hands on no flag that it does not know', () => {
    expect(traceparentOf(continueTrace(`00-${TRACE}-${SPAN}-ff`))).toMatch(/-01$/);
  });

  test.each([`01-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-01-what-the-future-brings`])(
    'of a later version is continued as far as it is known: %s',
    (header) => expect(traceparentOf(continueTrace(header))).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`)),
  );

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['of the version that is none', `ff-${TRACE}-${SPAN}-01`],
    ['without a trace id', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['without a parent id', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['too short', `00-${TRACE}-${SPAN}`],
    ['longer than version 00 is', `00-${TRACE}-${SPAN}-01-more`],
    ['longer without a dash', `cc-${TRACE}-${SPAN}-01more`],
    ['given twice', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['two lines', `00-${TRACE}-${SPAN}-01\n`],
    ['something else', 'x'.repeat(10_000)],
  ])('that is %s begins a new trace', (_case, header) => {
    const trace = continueTrace(header);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(trace.traceId).not.toBe(TRACE);
  });

  test('has the form of Lambda’s own header, too', () => {
    const trace = continueTrace(`00-${TRACE}-${SPAN}-01`);
    expect(xrayHeaderOf(trace)).toBe(`Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=${trace.spanId};Sampled=1`);
  });
});

test('a trace begins with an id of its own, and every request of it has a span of its own', () => {
  expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
  expect(newTraceId()).not.toBe(newTraceId());
  const [first, second] = [traceparentFor(TRACE), traceparentFor(TRACE)];
  expect(first).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(first).not.toBe(second);
});

test('a request without a valid trace has no child', () => {
  expect(childOf(`00-${TRACE}-${SPAN}-00`)).toMatch(new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-00$`));
  expect([childOf(null), childOf('nonsense'), childOf(`00-${'0'.repeat(32)}-${SPAN}-01`)]).toEqual(
    Array(3).fill(undefined),
  );
});
