export interface Metric {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Parses the part of Prometheus' text format that the launcher uses. */
export function parseMetrics(text: string): Metric[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', content = '']) => [label, content]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** The sum of all series of this name with these labels. */
export function sum(metrics: readonly Metric[], name: string, labels: Record<string, string> = {}): number {
  return metrics
    .filter((metric) => metric.name === name)
    .filter((metric) => Object.entries(labels).every(([label, content]) => metric.labels[label] === content))
    .reduce((total, { value }) => total + value, 0);
}
