import { controlUrl, send } from './stack.ts';

/** The sum of all series of a metric with these labels. */
export type Numbers = (name: string, labels?: Record<string, string | number>) => number;

/** The launcher's current metrics. */
export async function numbers(): Promise<Numbers> {
  const { text } = await send(controlUrl, '/metrics');
  const series = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return (name, labels = {}) =>
    series
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** How much the metrics increased during `work`. */
export async function growthBy(work: () => Promise<unknown>): Promise<Numbers> {
  const before = await numbers();
  await work();
  const after = await numbers();
  return (name, labels) => after(name, labels) - before(name, labels);
}
