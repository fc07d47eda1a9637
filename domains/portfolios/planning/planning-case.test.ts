/** Goal: every scenario of cases/ that a person can redo by hand comes out to the last decimal. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assert, Decimal } from '#kernel';
import { parsePlanningCase, type PlanningCase, positionsOfCase } from './planning-case.ts';
import { planRebalance } from './rebalance.ts';
import type { RebalancePlan } from './rebalance-types.ts';

const CASES = new URL('./cases/', import.meta.url);

function play(read: PlanningCase): RebalancePlan | string {
  const positions = positionsOfCase(read);
  const named = new Set([
    ...read.cash.map(({ portfolioId }) => portfolioId),
    ...positions.map((each) => each.portfolioId),
  ]);
  const cash = [...named].map((portfolioId) => ({
    portfolioId,
    amount: read.cash.find((pool) => pool.portfolioId === portfolioId)?.amount ?? Decimal.zero,
  }));
  const plan = planRebalance({
    rules: { targets: read.targets, outsideBandBps: read.outsideBandBps },
    positions,
    cash,
    contribution: read.contribution,
    priceOf: read.prices,
    unitDigitsOf: () => read.unitDigits,
    accountFor: (portfolioId) => `${portfolioId} account`,
    options: read.options,
  });
  return plan.ok ? plan.value : plan.code;
}

function measure(plan: RebalancePlan | string, name: string): string {
  const [figure = '', subject = '', , portfolio = 'P'] = name.split(' ');
  if (typeof plan === 'string') return figure === 'refused' ? plan : `refused: ${plan}`;
  const text = (value: Decimal | null): string => value?.toString() ?? 'unknown';
  const short = (value: Decimal | null): string => text(value && value.rounded(6, 'half-even'));
  const sleeve = plan.after.sleeves.find(({ key }) => key === subject);
  if (figure === 'buy' || figure === 'sell') {
    const own = plan.trades.filter(
      (trade) => trade.side === figure && trade.instrumentId === subject && trade.portfolioId === portfolio,
    );
    return Decimal.sum(own.map(({ quantity }) => quantity)).toString();
  }
  if (figure === 'cash') return text(plan.cashAfter.find(({ portfolioId }) => portfolioId === subject)?.amount ?? null);
  if (figure === 'trades') return String(plan.trades.length);
  if (figure === 'gain' || figure === 'taxes' || figure === 'charges') return text(plan[figure]);
  if (figure === 'weight') return short(sleeve?.weight ?? null);
  if (figure === 'state') return sleeve?.state ?? 'no such sleeve';
  if (figure === 'reason') return [...(plan.reasons.get(subject) ?? [])].join(' ') || 'none';
  if (figure === 'inside') return plan.after.isInside ? 'yes' : 'no';
  if (figure === 'drift') return `${plan.before.worst?.key ?? ''} ${short(plan.before.worst?.drift ?? null)}`;
  if (figure === 'turnover') return short(plan.before.turnover);
  assert(figure === 'was', `case: unknown figure ${figure}`);
  return plan.before.sleeves.find(({ key }) => key === subject)?.state ?? 'no such sleeve';
}

const files = readdirSync(CASES).filter((file) => file.endsWith('.case'));
test('there are cases to run', () => expect(files.length).toBeGreaterThanOrEqual(15));

describe.each(files)('%s', (file) => {
  const read = parsePlanningCase(readFileSync(new URL(file, CASES), 'utf8'));
  const plan = play(read);
  test.each(read.expectations.map((each) => [each.line, each] as const))('line %i', (_line, { name, expected }) => {
    expect(`${name} = ${measure(plan, name)}`).toBe(`${name} = ${expected}`);
  });
});
