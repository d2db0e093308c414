import type { Measured } from './bench.ts';
import { QUIET_SHARE } from './other-load.ts';
import { median, p95, type Ratio, ratio } from './statistics.ts';

/** A row of the table. Rows without a target are references for others. */
export interface Line {
  row: string;
  measured: string;
  compared: string;
  target: string;
  /** `undefined`: there is no target, or no reference. */
  met: boolean | undefined;
  /** The part of the benchmark that it belongs to. */
  part?: string;
  /** Was it measured next to other load? */
  besideLoad?: boolean;
}

export interface Bound {
  atLeast?: number;
  atMost?: number;
}

const metBy = (value: number, bound: Bound) =>
  bound.atLeast === undefined && bound.atMost === undefined ? undefined : isWithin(value, bound);

export const isWithin = (
  value: number,
  { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Bound,
) => (Number.isNaN(value) ? undefined : value >= atLeast && value <= atMost);

function boundText({ atLeast, atMost }: Bound, unit: string): string {
  if (atLeast !== undefined) return `≥ ${atLeast}${unit}`;
  return atMost === undefined ? '' : `≤ ${atMost}${unit}`;
}

export const milliseconds = (ms: number): string =>
  Number.isNaN(ms) ? '–' : `${ms.toFixed(ms < 20 ? 1 : 0).padStart(1)} ms`;

/** Median and p95 of a series of milliseconds. */
export const spread = (samples: readonly number[]): string =>
  samples.length === 0 ? 'not measured' : `${milliseconds(median(samples))} (p95 ${milliseconds(p95(samples))})`;

/** Makes rows from the measurements, by name. */
export class Lines {
  readonly lines: Line[] = [];
  readonly #measured: Measured;
  /** The part of the benchmark that the next rows belong to. */
  part = '';

  constructor(measured: Measured) {
    this.#measured = measured;
  }

  samples(name: string): readonly number[] {
    return this.#measured.series[name]?.samples ?? [];
  }

  fact(name: string): number {
    return this.#measured.facts[name] ?? Number.NaN;
  }

  /** A reference for other rows. */
  baseline(row: string, measured: string, compared = ''): void {
    this.#push({ row, measured, compared, target: '', met: undefined });
  }

  /** A ratio within this run, with its confidence interval; without a bound, for information. */
  compare(
    row: string,
    measured: string,
    [over, under, words]: readonly [readonly number[], readonly number[], string],
    bound: Bound & { statistic?: typeof median } = {},
  ): void {
    const { value, low, high }: Ratio = ratio(over, under, bound.statistic ?? median);
    const digits = value >= 10 ? 0 : 2;
    const compared = Number.isNaN(value)
      ? 'not measured'
      : `${value.toFixed(digits)} × ${words} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
    this.#push({ row, measured, compared, target: boundText(bound, ' ×'), met: metBy(value, bound) });
  }

  /** A single number. */
  number(
    row: string,
    measured: string,
    [value, unit]: readonly [number, string],
    bound: Bound & { digits?: number },
  ): void {
    const compared = Number.isNaN(value) ? 'not measured' : `${value.toFixed(bound.digits ?? 0)}${unit}`;
    this.#push({ row, measured, compared, target: boundText(bound, unit), met: isWithin(value, bound) });
  }

  #push(line: Line): void {
    const { part } = this;
    this.lines.push({ ...line, part, besideLoad: (this.#measured.otherLoad[part] ?? 0) > QUIET_SHARE });
  }
}
