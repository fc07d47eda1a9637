/**
 * X-ray: checks of what a portfolio is made of, as data that people edit. Units: values exact in the base currency, limits in
 * basis points, counts or money; shares for the eye are ratios.
 * Method: a limit is compared on exact values (value x 10,000 against limit x whole). What nobody described is unknown: a
 * check that the unknown part could still break is `unknown`, never passed. Cash and coins have no region or sector.
 */
import { Decimal } from '#kernel';
import type { Breakdown } from './instrument-facts.store.ts';
import { type AssetClass, ratioOfBps } from './model.ts';

export const XRAY_KINDS = [
  'position_max',
  'top_max',
  'currency_max',
  'region_max',
  'sector_max',
  'class_max',
  'class_min',
  'fees_max',
  'cash_min',
  'positions_min',
] as const;
export type XrayKind = (typeof XRAY_KINDS)[number];
export const SEVERITIES = ['info', 'warning', 'urgent'] as const;

export interface XrayRule {
  readonly id: string;
  readonly kind: XrayKind;
  /** The class, region, sector or currency it is about; null: any one of them. */
  readonly subject: string | null;
  /** Share or yearly charge, in basis points. */
  readonly limitBps: number | null;
  /** Positions: how many the largest are, or how many there must be. */
  readonly limitCount: number | null;
  /** Money, decimal text. */
  readonly limitAmount: string | null;
  readonly severity: (typeof SEVERITIES)[number];
  readonly isEnabled: boolean;
}

export interface ExposedPart {
  /** Null is cash. */
  readonly instrumentId: string | null;
  readonly name: string;
  readonly value: Decimal;
  readonly assetClass: AssetClass | null;
  readonly currency: string;
  readonly regions: Breakdown;
  readonly sectors: Breakdown;
  readonly feeBps: number | null;
  /** A fund charges; of a share or a coin the charge is nothing. */
  readonly isFund: boolean;
}

export interface Finding {
  readonly rule: XrayRule;
  readonly state: 'ok' | 'broken' | 'unknown';
  /** What was found: the largest region, the position, the class. */
  readonly subject: string | null;
  /** Share, charge or count, for the eye; null when it is money. */
  readonly measured: number | null;
  readonly amount: Decimal | null;
  /** Share of the whole that nobody described; only for checks that need it. */
  readonly unknownRatio: number;
}

const SHARE_DIGITS = 18;

export const DEFAULT_RULES: readonly XrayRule[] = [
  rule('position', 'position_max', { limitBps: 2_500 }),
  rule('top', 'top_max', { limitBps: 6_000, limitCount: 5, severity: 'info' }),
  rule('currency', 'currency_max', { limitBps: 6_000 }),
  rule('region', 'region_max', { limitBps: 7_000 }),
  rule('sector', 'sector_max', { limitBps: 3_500 }),
  rule('crypto', 'class_max', { subject: 'crypto', limitBps: 1_000 }),
  rule('fees', 'fees_max', { limitBps: 60 }),
  rule('cash', 'cash_min', { limitAmount: '3000', severity: 'info' }),
  rule('number', 'positions_min', { limitCount: 3, severity: 'info' }),
];

function rule(id: string, kind: XrayKind, limits: Partial<XrayRule>): XrayRule {
  const none = { subject: null, limitBps: null, limitCount: null, limitAmount: null };
  return { id, kind, ...none, severity: 'warning', isEnabled: true, ...limits };
}

/** What a rule lacks or has too much of; null when it can be checked. */
export function ruleProblem({ kind, subject, limitBps, limitCount, limitAmount }: XrayRule): string | null {
  if (kind === 'cash_min') return limitAmount === null ? 'amount_missing' : null;
  if (kind === 'positions_min') return limitCount === null ? 'count_missing' : null;
  if (limitBps === null) return 'share_missing';
  if (kind === 'top_max' && limitCount === null) return 'count_missing';
  return (kind === 'class_max' || kind === 'class_min') && subject === null ? 'subject_missing' : null;
}

/** Checks every rule that is on. A portfolio worth nothing has nothing to check. */
export function evaluateXray(
  rules: readonly XrayRule[],
  parts: readonly ExposedPart[],
  baseCurrency: string,
): Finding[] {
  const total = Decimal.sum(parts.map(({ value }) => value));
  if (total.sign <= 0) return [];
  const input: Exposure = { parts, total, baseCurrency };
  return rules.filter(({ isEnabled }) => isEnabled).map((each) => checkRule(each, input));
}

interface Exposure {
  readonly parts: readonly ExposedPart[];
  readonly total: Decimal;
  readonly baseCurrency: string;
}

function checkRule(each: XrayRule, input: Exposure): Finding {
  switch (each.kind) {
    case 'position_max':
      return checkLargest(
        each,
        input,
        groupBy(held(input), ({ name }) => name),
      );
    case 'top_max':
      return checkTop(each, input);
    case 'currency_max': {
      const foreign = input.parts.filter(({ currency }) => currency !== input.baseCurrency);
      return checkLargest(
        each,
        input,
        groupBy(foreign, ({ currency }) => currency),
      );
    }
    case 'region_max':
      return checkLargest(each, input, spreadBy(input, 'regions'));
    case 'sector_max':
      return checkLargest(each, input, spreadBy(input, 'sectors'));
    case 'class_max':
    case 'class_min':
      return checkClass(each, input);
    case 'fees_max':
      return checkFees(each, input);
    case 'cash_min':
      return checkCash(each, input);
    case 'positions_min':
      return checkCount(each, input);
  }
}

interface Groups {
  readonly values: ReadonlyMap<string, Decimal>;
  /** Value that could belong to any of them. */
  readonly unknown: Decimal;
}

function held({ parts }: Exposure): ExposedPart[] {
  return parts.filter(({ instrumentId, value }) => instrumentId !== null && value.sign > 0);
}

function groupBy(parts: readonly ExposedPart[], nameOf: (part: ExposedPart) => string): Groups {
  const values = new Map<string, Decimal>();
  for (const part of parts) values.set(nameOf(part), (values.get(nameOf(part)) ?? Decimal.zero).plus(part.value));
  return { values, unknown: Decimal.zero };
}

/** Looks through funds by their stated parts; what is missing to the whole is unknown. */
function spreadBy(input: Exposure, what: 'regions' | 'sectors'): Groups {
  const values = new Map<string, Decimal>();
  let unknown = Decimal.zero;
  for (const part of held(input)) {
    if (part.assetClass === 'crypto' || part.assetClass === 'cash' || part.assetClass === 'commodity') continue;
    let rest = part.value;
    for (const [name, bps] of Object.entries(part[what])) {
      const share = part.value.times(ratioOfBps(bps));
      values.set(name, (values.get(name) ?? Decimal.zero).plus(share));
      rest = rest.minus(share);
    }
    unknown = unknown.plus(rest);
  }
  return { values, unknown };
}

/** The largest of some groups (or the one it is about) against a share of the whole. */
function checkLargest(each: XrayRule, { total }: Exposure, { values, unknown }: Groups): Finding {
  const about = [...values].filter(([name]) => each.subject === null || name === each.subject);
  const [largest] = about.toSorted(([a, one], [b, other]) => other.compare(one) || (a < b ? -1 : 1));
  const value = largest?.[1] ?? Decimal.zero;
  const limit = ratioOfBps(each.limitBps ?? 0).times(total);
  const couldBreak = value.plus(unknown).compare(limit) > 0;
  const state = value.compare(limit) > 0 ? 'broken' : couldBreak ? 'unknown' : 'ok';
  return found(each, { state, subject: largest?.[0] ?? each.subject, measured: shareOf(value, total), unknown, total });
}

function checkTop(each: XrayRule, input: Exposure): Finding {
  const { values } = groupBy(held(input), ({ name }) => name);
  const sorted = [...values.values()].toSorted((a, b) => b.compare(a));
  const value = Decimal.sum(sorted.slice(0, each.limitCount ?? 0));
  const isBroken = value.compare(ratioOfBps(each.limitBps ?? 0).times(input.total)) > 0;
  return found(each, { state: isBroken ? 'broken' : 'ok', measured: shareOf(value, input.total) });
}

function checkClass(each: XrayRule, input: Exposure): Finding {
  const own = input.parts.filter(({ assetClass }) => assetClass === each.subject);
  const value = Decimal.sum(own.map((part) => part.value));
  const unknown = Decimal.sum(input.parts.filter(({ assetClass }) => assetClass === null).map((part) => part.value));
  const limit = ratioOfBps(each.limitBps ?? 0).times(input.total);
  const withUnknown = value.plus(unknown);
  const [sure, possible] =
    each.kind === 'class_max'
      ? [value.compare(limit) > 0, withUnknown.compare(limit) > 0]
      : [withUnknown.compare(limit) < 0, value.compare(limit) < 0];
  const state = sure ? 'broken' : possible ? 'unknown' : 'ok';
  const { total } = input;
  return found(each, { state, subject: each.subject, measured: shareOf(value, total), unknown, total });
}

/** The yearly charge of the whole: each fund's by its weight. */
function checkFees(each: XrayRule, input: Exposure): Finding {
  const { total } = input;
  const funds = held(input).filter(({ isFund }) => isFund);
  const unknown = Decimal.sum(funds.filter(({ feeBps }) => feeBps === null).map((part) => part.value));
  const paid = Decimal.sum(funds.map(({ value, feeBps }) => value.times(ratioOfBps(feeBps ?? 0))));
  const isBroken = paid.compare(ratioOfBps(each.limitBps ?? 0).times(total)) > 0;
  const state = isBroken ? 'broken' : unknown.isZero ? 'ok' : 'unknown';
  return found(each, { state, measured: shareOf(paid, total), amount: paid, unknown, total });
}

function checkCash(each: XrayRule, { parts }: Exposure): Finding {
  const amount = Decimal.sum(parts.filter(({ assetClass }) => assetClass === 'cash').map(({ value }) => value));
  const isBroken = amount.compare(Decimal.from(each.limitAmount ?? '0')) < 0;
  return found(each, { state: isBroken ? 'broken' : 'ok', measured: null, amount });
}

function checkCount(each: XrayRule, input: Exposure): Finding {
  const count = groupBy(held(input), ({ instrumentId }) => instrumentId ?? '').values.size;
  return found(each, { state: count < (each.limitCount ?? 0) ? 'broken' : 'ok', measured: count });
}

function found(
  each: XrayRule,
  facts: {
    readonly state: Finding['state'];
    readonly measured: number | null;
    readonly subject?: string | null;
    readonly amount?: Decimal;
    readonly unknown?: Decimal;
    readonly total?: Decimal;
  },
): Finding {
  const { state, measured, subject = null, amount = null, unknown, total } = facts;
  return { rule: each, state, subject, measured, amount, unknownRatio: unknown && total ? shareOf(unknown, total) : 0 };
}

function shareOf(value: Decimal, total: Decimal): number {
  return value.dividedBy(total, SHARE_DIGITS, 'half-even').toStatistic();
}
