/** A benchmark's results as data: the source of the table, the JSON file, the comparison and the pictures. */

/** Over the rounds: each round gives one value. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export interface Figure {
  suite: string;
  name: string;
  unit: string;
  /** Whether a smaller value is the better one. */
  better: 'lower' | 'higher';
  ours: Spread;
  /** Measured in turns with ours, in the same minute. */
  baseline?: Spread & { name: string };
  /** The largest value that the project wants, or with `better: 'higher'` the smallest: of the ratio, or of the value. */
  target?: { ratio: number } | { value: number };
}

/** A line of a chart of `docs/performance.md`. */
export interface Series {
  chart: 'tabs' | 'latency' | 'history';
  /** Whose line it is. */
  line: string;
  points: { x: number; y: number }[];
}

export interface Report {
  date: string;
  commit: string;
  machine: { cpu: string; cores: number; memoryGb: number; node: string; chromium: string };
  rounds: number;
  figures: Figure[];
  series: Series[];
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

export const spreadOf = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  least: Math.min(...values),
  most: Math.max(...values),
});

export const ratioOf = ({ ours, baseline }: Figure): number | undefined =>
  baseline && ours.median / baseline.median;

/** undefined: there is no target. */
export function isMet(figure: Figure): boolean | undefined {
  const { target, better, ours } = figure;
  if (!target) return undefined;
  const [value, bound] =
    'ratio' in target ? [ratioOf(figure) ?? Number.NaN, target.ratio] : [ours.median, target.value];
  return better === 'lower' ? value <= bound : value >= bound;
}
