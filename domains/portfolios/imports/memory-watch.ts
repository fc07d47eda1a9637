/** Memory watch of the reading process: sampled at every chunk, because the kernel's own peak counter starts at the parent's size. */
import { READ_RSS_BYTES_MAX } from './reading-limits.ts';
import { ReadStopped } from './sheet.ts';

let peakBytes = 0;

/** Takes a sample; throws `ReadStopped` past the limit. */
export function requireMemory(): void {
  if (samplePeakRssBytes() > READ_RSS_BYTES_MAX) throw new ReadStopped('reading_took_too_much_memory');
}

/** Takes a sample and returns the highest one so far. */
export function samplePeakRssBytes(): number {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  return peakBytes;
}
