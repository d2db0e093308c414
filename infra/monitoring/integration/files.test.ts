import { controlUrl, send } from '@serverless-vote/launcher/integration/stack';
import { describe, expect, test } from 'vitest';
import { promtool } from './promtool.ts';
import { alertQueries, metricsIn, panelQueries } from './queries.ts';

const metrics = async () => (await send(controlUrl, '/metrics')).text;

describe('promtool', () => {
  test('finds nothing to say about /metrics', async () => {
    expect(await promtool('check metrics', await metrics())).toBe('');
  });

  test('finds fault with a name that breaks the conventions', async () => {
    await expect(promtool('check metrics', '# HELP votes Votes.\n# TYPE votes counter\nvotes 1\n')).rejects.toThrow(
      '_total',
    );
  });

  test('accepts configuration and rules', async () => {
    expect(await promtool('check config prometheus.yml')).toContain('SUCCESS');
  });

  test('sees each alert fire when it should, and not before', async () => {
    expect(await promtool('test rules alerts.test.yml')).toContain('SUCCESS');
  });
});

describe('every metric that is asked for exists in /metrics', () => {
  const inText = (text: string, name: string) =>
    new RegExp(`^# TYPE ${name.replace(/_(bucket|sum|count)$/, '')} `, 'm').test(text);

  test('in the dashboard', async () => {
    const text = await metrics();
    const names = new Set(panelQueries().flatMap(({ query }) => metricsIn(query)));
    expect(names.size).toBeGreaterThan(20);
    expect([...names].filter((name) => !inText(text, name))).toEqual([]);
  });

  test('in the alerts', async () => {
    const text = await metrics();
    // `up` is Prometheus' own.
    const names = new Set(alertQueries().flatMap(metricsIn));
    names.delete('up');
    expect(names.size).toBeGreaterThan(8);
    expect([...names].filter((name) => !inText(text, name))).toEqual([]);
  });
});
