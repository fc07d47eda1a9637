/** What a section of `npm run bench` is, and the figures every section prints the same way. */

/** One line of the report: what was measured, the figure, and the promise it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | '/s' | 'MiB' | '%' | '' | 'x';
  /** Named promise; the line says whether it holds. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A file `bench/<name>.bench.ts` exports one as `section`; `npm run bench -- <name>` runs it alone. */
export interface BenchSection {
  readonly title: string;
  run(): Promise<readonly Figure[]>;
}

/** The value below which a share of the samples lies; 0 for none. */
export function percentile(samples: readonly number[], ratio: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))] ?? 0;
}

export function isKept({ value, atMost, atLeast }: Figure): boolean {
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
