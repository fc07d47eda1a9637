/**
 * The last durations of one kind of work in a ring, and their percentiles (nearest rank) when somebody looks.
 * Writing is one store, so it may sit on every request; sorting 1,024 numbers happens only on the health page.
 */
import type { DurationFigures } from './types.ts';

const SAMPLES_MAX = 1_024; // Enough for a stable p95 (51 samples above it) in 8 KiB per route.

export class DurationRing {
  readonly #samples = new Float64Array(SAMPLES_MAX);
  #count = 0;

  add(durationMs: number): void {
    this.#samples[this.#count % SAMPLES_MAX] = durationMs;
    this.#count += 1;
  }

  figures(name: string): DurationFigures {
    const sorted = this.#samples.slice(0, Math.min(this.#count, SAMPLES_MAX)).toSorted();
    return {
      name,
      count: this.#count,
      p50Ms: percentile(sorted, 50),
      p95Ms: percentile(sorted, 95),
      maxMs: sorted.at(-1) ?? 0,
    };
  }
}

/** Nearest-rank percentile of ascending samples; 0 when there are none. */
export function percentile(sorted: Float64Array, percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? 0;
}
