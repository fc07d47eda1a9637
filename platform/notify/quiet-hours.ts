/**
 * Quiet hours on a person's own clock: from one wall time to another, over midnight too. The end is searched minute by
 * minute on that clock, so a night in which the clocks change ends when her clock says so.
 */
import { assert } from '#kernel';

export interface QuietHours {
  /** `HH:MM`; the same as `to` means no quiet at all. */
  readonly from: string;
  readonly to: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const SEARCH_MINUTES_MAX = 26 * 60; // A day, and the hours by which a clock may be set back.

const formats = new Map<string, Intl.DateTimeFormat>(); // Building a format costs a hundred times its use.

/** When the quiet that holds now ends; null when nobody sleeps. */
export function quietEndMs(atMs: number, hours: QuietHours | null, timeZone: string): number | null {
  if (!hours || !isQuiet(atMs, hours, timeZone)) return null;
  let minuteMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  for (let count = 0; count < SEARCH_MINUTES_MAX; count += 1) {
    minuteMs += MINUTE_MS;
    if (!isQuiet(minuteMs, hours, timeZone)) return minuteMs;
  }
  return minuteMs;
}

function isQuiet(atMs: number, { from, to }: QuietHours, timeZone: string): boolean {
  const minute = minuteOfDay(atMs, timeZone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start <= end ? minute >= start && minute < end : minute >= start || minute < end;
}

function minuteOfDay(atMs: number, timeZone: string): number {
  const known = formats.get(timeZone);
  const format =
    known ?? new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  if (!known) formats.set(timeZone, format);
  return minutesOf(format.format(atMs));
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  const total = hours * 60 + minutes;
  assert(total >= 0 && total < DAY_MINUTES, `quiet hours: not a time of day: ${text.slice(0, 10)}`);
  return total;
}
