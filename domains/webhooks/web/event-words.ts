/** What codes and states of webhooks mean, in words and tones. */
import type { ApiOutput } from '#web/api';
import { formatCount, type Translate, UNKNOWN_TEXT } from '#web/i18n';
import type { ProblemWords, Tone } from '#web/ui';
import { type EventKey, eventTexts } from './texts.ts';

export type Delivery = ApiOutput<'GET /api/webhooks/deliveries'>['items'][number];
export type Endpoint = ApiOutput<'GET /api/webhooks/endpoints'>['items'][number];

const PROBLEMS = [
  'url_not_valid',
  'url_not_https',
  'url_with_credentials',
  'destination_not_allowed',
  'endpoints_full',
  'version_mismatch',
  'endpoint_disabled',
  'delivery_under_way',
] as const;

export function webhookWords(t: Translate<EventKey>): ProblemWords {
  return Object.fromEntries(
    PROBLEMS.map((code) => [code, { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) }]),
  );
}

export const STATE_TONES: Readonly<Record<Delivery['state'], Tone>> = {
  sending: 'info',
  waiting: 'warn',
  delivered: 'ok',
  failed: 'danger',
};

/** The status, or why there is none. */
export function answerText(t: Translate<EventKey>, answer: { status: number | null; error: string | null }): string {
  if (answer.status !== null) return String(answer.status);
  if (answer.error === null) return UNKNOWN_TEXT;
  const key = `error_${answer.error}`;
  return t(key in eventTexts.es ? (key as EventKey) : 'error_other');
}

/** `38 ms`, `1,2 s`. */
export function durationText(durationMs: number | null): string {
  if (durationMs === null) return UNKNOWN_TEXT;
  if (durationMs >= 10_000) return `${formatCount(Math.round(durationMs / 1000))}\u00a0s`;
  return `${formatCount(Math.round(durationMs))}\u00a0ms`;
}

/** Host and path, short enough for a row. */
export function hostOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname } = new URL(url);
  return pathname === '/' ? host : `${host}${pathname}`;
}

/** One filter per line or comma, as a person types them. */
export function filtersOf(typed: string): string[] {
  return [...new Set(typed.toLowerCase().split(/[\s,;]+/))].filter((filter) => filter !== '');
}
