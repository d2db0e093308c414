import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './bundle.ts';

/** Writes all measurements to a file. @returns its path, relative to the project's folder */
export function writeResult(name: string, result: object): string {
  const file = path.join('infra/bench/results', `${name.replace(/\.\d+Z/, '').replaceAll(':', '-')}.json`);
  mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(root, file), format(result));
  return file;
}

/** Three decimals are enough; a list of numbers takes one line. */
export function format(result: object): string {
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value);
  const text = JSON.stringify(result, round, 2);
  return `${text.replaceAll(/\[[-\d.,\s]*\]/g, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
}
