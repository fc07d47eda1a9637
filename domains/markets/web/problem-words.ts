/** What markets' refusals mean, in words: what happened, what is safe, what to do. */
import type { Translate } from '#web/i18n';
import type { ProblemWords } from '#web/ui';
import type { MarketsKey } from './markets-texts.ts';

const CODES = [
  'alert_not_found',
  'instrument_not_found',
  'threshold_unreachable',
  'volume_not_counted',
  'alerts_too_many',
  'version_mismatch',
  'isin_invalid',
  'symbol_invalid',
  'currency_invalid',
  'instrument_unnamed',
  'instrument_ambiguous',
  'price_day_invalid',
  'currency_mismatch',
] as const;

export function marketsWords(t: Translate<MarketsKey>): ProblemWords {
  return Object.fromEntries(
    CODES.map((code) => [code, { title: t(`problem_${code}`), detail: t(`problem_${code}_detail`) }]),
  );
}
