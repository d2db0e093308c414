import { expect, it } from 'vitest';
import { parseMetrics, sum } from './metrics.ts';

const metrics = parseMetrics(`# HELP containers On-demand containers of functions by state
# TYPE containers gauge
containers{name="record-vote",state="prewarmed"} 2
containers{name="record-vote",state="serving"} 1
containers{name="web",state="ready"} 1
results_viewers 0
`);

it('adds up the series that carry the labels', () => {
  expect(sum(metrics, 'containers')).toBe(4);
  expect(sum(metrics, 'containers', { name: 'record-vote' })).toBe(3);
  expect(sum(metrics, 'containers', { name: 'record-vote', state: 'prewarmed' })).toBe(2);
});

it('counts what is not there as zero', () => {
  expect(sum(metrics, 'containers', { name: 'fetch-results' })).toBe(0);
  expect(sum(metrics, 'results_viewers')).toBe(0);
});
