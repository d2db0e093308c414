import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..');

interface Panel {
  title: string;
  targets: { expr: string }[];
}

/** Every query of the dashboard, as Grafana would send it for all functions. */
export function panelQueries(): { title: string; query: string }[] {
  const { panels } = JSON.parse(readFileSync(join(FOLDER, 'grafana/serverless-vote.json'), 'utf8')) as {
    panels: Panel[];
  };
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll('$function', '.*').replaceAll('$__rate_interval', '20s'),
    })),
  );
}

export const alertRules = (): string => readFileSync(join(FOLDER, 'alerts.yml'), 'utf8');

/** The expressions of the alert rules, each on one line. */
export function alertQueries(): string[] {
  const text = alertRules().replaceAll(
    /expr: >-\n((?: {10}.*\n)+)/g,
    (_, lines: string) => `expr: ${lines.replaceAll(/\s+/g, ' ')}\n`,
  );
  return [...text.matchAll(/expr: (.*)/g)].map(([, query = '']) => query);
}

/** The names of metrics in a query: what is left without labels, grouping, functions and keywords. */
export function metricsIn(query: string): string[] {
  const bare = query
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right) *\([^)]*\)/g, '')
    .replaceAll(/\[[^\]]*\]/g, '');
  const names = bare.match(/[a-z_][a-z0-9_]*\b(?! *\()/g) ?? [];
  return names.filter((name) => !['or', 'unless', 'and', 'ignoring', 'group_left', 'by'].includes(name));
}
