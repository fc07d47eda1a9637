/** Dates for people: short months, always 24 h, the device's or the chosen zone. Days (`YYYY-MM-DD`) never shift with a zone. */
import { DAY_MS } from '#kernel';
import { type Preferences, preferences } from '#web/preferences';
import { UNKNOWN_TEXT } from './numbers.ts';

export type DateStyle = 'day' | 'day-month' | 'month' | 'date-time' | 'time' | 'full';

const STYLES: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  'day-month': { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
  'date-time': { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  full: {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  },
};

type Settings = Pick<Preferences, 'language' | 'timeZone'>;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** An instant (epoch ms) or a day (`YYYY-MM-DD`): `20 nov 2026`, `20 nov, 22:18`. */
export function formatDate(
  when: number | string | null | undefined,
  style: DateStyle = 'day',
  settings: Settings = preferences(),
): string {
  if (when === null || when === undefined) return UNKNOWN_TEXT;
  if (typeof when === 'number') return formatter(style, settings.language, settings.timeZone).format(when);
  const dayMs = Date.parse(`${when}T00:00:00Z`);
  if (Number.isNaN(dayMs)) return UNKNOWN_TEXT;
  const dayStyle = style === 'date-time' || style === 'time' || style === 'full' ? 'day' : style;
  return formatter(dayStyle, settings.language, 'UTC').format(dayMs);
}

function formatter(style: DateStyle, language: string, timeZone: string): Intl.DateTimeFormat {
  const key = `${style} ${language} ${timeZone}`;
  const known = formatters.get(key);
  if (known) return known;
  const zone = timeZone ? { timeZone } : {};
  // British English keeps the day first and 24 h, as the Spanish half of the product does.
  const made = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'es-ES', { ...STYLES[style], ...zone });
  formatters.set(key, made);
  return made;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * DAY_MS],
  ['month', 30 * DAY_MS],
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `hace 3 h`, `in 2 days`: the largest unit that fits. */
export function formatRelative(
  atMs: number | null | undefined,
  nowMs: number,
  settings: Pick<Preferences, 'language'> = preferences(),
): string {
  if (atMs === null || atMs === undefined) return UNKNOWN_TEXT;
  const distanceMs = atMs - nowMs;
  const [unit, unitMs] = STEPS.find(([, stepMs]) => Math.abs(distanceMs) >= stepMs) ?? ['second', 1_000];
  const format = new Intl.RelativeTimeFormat(settings.language, { style: 'narrow', numeric: 'always' });
  // Past by default: a moment in this very second is "0 s ago", never "in 0 s".
  const count = Math.trunc(distanceMs / unitMs);
  return format.format(count === 0 ? -0 : count, unit).replace('-', '');
}
