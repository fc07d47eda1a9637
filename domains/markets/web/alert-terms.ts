/** The terms of an alert in the form and in words. */
import type { ApiInput, ApiOutput } from '#web/api';
import { formatPercent, formatPrice, ratioOfPercent, type Translate } from '#web/i18n';
import type { MarketsKey } from './markets-texts.ts';

export type AlertRule = ApiOutput<'GET /api/markets/alerts'>['items'][number];
export type AlertBody = ApiInput<'PUT /api/markets/alerts/:ruleId'>['body'];
export type Condition = AlertRule['condition'];

export const CONDITIONS = [
  'above',
  'below',
  'percent_move',
  'percent_up',
  'percent_down',
] as const satisfies Condition[];

export function isPercentRule(condition: Condition): boolean {
  return condition.startsWith('percent');
}

/** `Sube hasta 100.000,00 €`, `Se mueve un 5,00 %`. */
export function termsText(
  t: Translate<MarketsKey>,
  terms: { readonly condition: Condition; readonly threshold: string; readonly currency: string },
): string {
  const value = isPercentRule(terms.condition)
    ? formatPercent(ratioOfPercent(terms.threshold))
    : formatPrice(terms.threshold, terms.currency);
  return `${t(`condition_${terms.condition}`)} ${value}`;
}

/** The rule as the server wants it back, with a change. */
export function bodyOf(rule: AlertRule, change: Partial<AlertBody>): AlertBody {
  const { condition, threshold, referencePrice, repeat, hysteresisPercent, isEnabled, note } = rule;
  return { condition, threshold, referencePrice, repeat, hysteresisPercent, isEnabled, note, ...change };
}

/** Currency in which a rule's prices are. */
export function currencyOf(rule: AlertRule): string {
  return rule.latest.state === 'priced' ? rule.latest.currency : rule.instrument.currency;
}
