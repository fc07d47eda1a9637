/** The terms of an alert in the form and in words. */
import type { ApiInput, ApiOutput } from '#web/api';
import { currencySymbol, formatPercent, formatPrice, formatQuantity, ratioOfPercent, type Translate } from '#web/i18n';
import type { Instrument } from './instrument-field.tsx';
import type { MarketsKey } from './markets-texts.ts';

export type AlertRule = ApiOutput<'GET /api/markets/alerts'>['items'][number];
export type AlertBody = ApiInput<'PUT /api/markets/alerts/:ruleId'>['body'];
export type Condition = AlertRule['condition'];

/** An alert that is being written; nothing in it is checked yet. */
export interface AlertDraft {
  readonly instrument: Instrument | null;
  readonly condition: Condition;
  readonly threshold: string | null;
  readonly repeat: 'once' | 'rearming';
  readonly hysteresisPercent: string | null;
  readonly referencePrice: string | null;
  readonly windowDays: string | null;
  readonly note: string;
}

export const CONDITIONS = [
  'above',
  'below',
  'percent_move',
  'percent_up',
  'percent_down',
  'drawdown',
  'volume_above',
  'volume_times',
] as const satisfies Condition[];

export function isPercentRule(condition: Condition): boolean {
  return condition.startsWith('percent');
}

export function isVolumeRule(condition: Condition): boolean {
  return condition.startsWith('volume');
}

/** What stands behind the value of a rule. */
export function unitOf(condition: Condition, currency: string): string {
  if (condition === 'volume_above') return '';
  if (condition === 'volume_times') return '×';
  return isPercentRule(condition) || condition === 'drawdown' ? '%' : currencySymbol(currency);
}

/** `Sube hasta 100.000,00 €`, `Se mueve un 5,00 %`, `Cae desde su máximo un 10,00 %`, `Volumen del día 3 veces lo habitual`. */
export function termsText(
  t: Translate<MarketsKey>,
  terms: { readonly condition: Condition; readonly threshold: string; readonly currency: string },
): string {
  const { condition, threshold, currency } = terms;
  if (condition === 'volume_times') return t('timesUsual', { times: formatQuantity(threshold) });
  const isPercent = isPercentRule(condition) || condition === 'drawdown';
  const figure = isPercent ? formatPercent(ratioOfPercent(threshold)) : formatPrice(threshold, currency);
  return `${t(`condition_${condition}`)} ${condition === 'volume_above' ? formatQuantity(threshold) : figure}`;
}

/** The rule as the server wants it back, with a change. */
export function bodyOf(rule: AlertRule, change: Partial<AlertBody>): AlertBody {
  const { condition, threshold, referencePrice, windowDays, repeat, hysteresisPercent, isEnabled, note } = rule;
  return { condition, threshold, referencePrice, windowDays, repeat, hysteresisPercent, isEnabled, note, ...change };
}

/** Currency in which a rule's prices are. */
export function currencyOf(rule: AlertRule): string {
  return rule.latest.state === 'priced' ? rule.latest.currency : rule.instrument.currency;
}
