/**
 * Alert evaluation: prices that just arrived against the rules of their instruments, inside the transaction that stores
 * them. A firing is one atomic change: rule state, firing row, outbox event and bell; webhook and socket follow the commit.
 */
import { Decimal } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { type AlertStep, isVolumeRule, restateTerms, stepAlert } from './alert.ts';
import { readAlertFacts } from './alert-facts.store.ts';
import {
  type AlertFiring,
  type AlertRule,
  insertFiring,
  lockRulesOf,
  moveRuleState,
  rulesToEvaluate,
  updateRule,
} from './alert.store.ts';
import { recordChange } from './audit.ts';
import { AlertFired } from './alert-contract.ts';
import { dayOf } from './day.ts';
import type { Instrument } from './instrument.ts';
import { isStalePrice, type Price } from './price.ts';

export interface AlertRound {
  readonly workspaceId: string;
  readonly isSimulatedWorkspace: boolean;
  readonly prices: readonly Price[];
  readonly instruments: ReadonlyMap<string, Instrument>;
}

type EvaluationPlatform = Pick<Platform, 'clock' | 'newId' | 'notify'>;

/** Moves every rule of the instruments that have a new price. Stale prices, and simulated ones in a real workspace, move nothing. */
export async function evaluateAlerts(platform: EvaluationPlatform, tx: Transaction, round: AlertRound): Promise<void> {
  const atMs = platform.clock();
  const usable = new Map<string, Price>();
  for (const price of round.prices) {
    const instrument = round.instruments.get(price.instrumentId);
    if (!instrument || isStalePrice(price, instrument.kind, atMs)) continue;
    if (price.provider === 'simulator' && !round.isSimulatedWorkspace) continue;
    usable.set(price.instrumentId, price);
  }
  if (usable.size === 0) return;
  const rules = await rulesToEvaluate(tx, round.workspaceId, [...usable.keys()]);
  const queries = rules.flatMap(({ id: ruleId, instrumentId, currency, terms }) => {
    const price = usable.get(instrumentId);
    return price ? [{ ruleId, instrumentId, currency, terms, on: dayOf(price.marketAtMs) }] : [];
  });
  const facts = await readAlertFacts(tx, queries);
  for (const rule of rules) {
    const price = usable.get(rule.instrumentId);
    const instrument = round.instruments.get(rule.instrumentId);
    if (!price || !instrument || price.currency !== rule.currency) continue;
    const step = stepAlert(rule, { ...price, ...facts.get(rule.id) });
    if (step.crossed) await fire(platform, tx, { rule, instrument, price, step, crossed: step.crossed });
    else if (hasMoved(rule, step)) await moveRuleState(tx, rule, { state: step.state, firedAtMs: null });
  }
}

/**
 * Keeps the rules of a share that was split meaning what they meant: a price of 100 before ten for one is 10 after. Without it
 * a split would look like a crash. Written in the trail of changes, for the person who made the rule.
 */
export async function restateAlerts(
  platform: Pick<Platform, 'clock'>,
  tx: Transaction,
  split: { readonly workspaceId: string; readonly instrumentId: string; readonly ratio: Decimal },
): Promise<void> {
  for (const rule of await lockRulesOf(tx, split)) {
    const terms = restateTerms(rule.terms, split.ratio);
    if (terms === rule.terms) continue;
    await updateRule(tx, { ...rule, terms });
    await recordChange(platform, tx, {
      workspaceId: rule.workspaceId,
      action: 'markets.alert.restated',
      subject: rule.id,
      before: { terms: rule.terms },
      after: { terms, splitRatio: split.ratio.toString() },
    });
  }
}

function hasMoved(rule: AlertRule, step: AlertStep): boolean {
  const before = rule.state.zoneReference ?? Decimal.zero;
  const after = step.state.zoneReference ?? Decimal.zero;
  return rule.state.zone !== step.state.zone || !before.equals(after);
}

interface Crossing {
  readonly rule: AlertRule;
  readonly instrument: Instrument;
  readonly price: Price;
  readonly step: AlertStep;
  readonly crossed: Decimal;
}

async function fire(platform: EvaluationPlatform, tx: Transaction, crossing: Crossing): Promise<void> {
  const { rule, instrument, price, step, crossed } = crossing;
  const firedAtMs = platform.clock();
  const isOurs = await moveRuleState(tx, rule, { state: step.state, firedAtMs });
  if (!isOurs) return; // Somebody edited or fired it meanwhile; the next price decides again.
  const isVolume = isVolumeRule(rule.terms);
  const firing: AlertFiring = {
    id: platform.newId(),
    ruleId: rule.id,
    firingNumber: rule.firingCount + 1,
    instrumentId: instrument.id,
    firedAtMs,
    price: price.price,
    currency: price.currency,
    provider: price.provider,
    marketAtMs: price.marketAtMs,
    condition: rule.terms.condition,
    threshold: rule.terms.threshold,
    triggerPrice: isVolume ? null : crossed,
    triggerVolume: isVolume ? crossed : null,
    volume: isVolume ? (price.dayVolume ?? null) : null,
  };
  await insertFiring(tx, rule.workspaceId, firing);
  const { id: instrumentId, symbol, isin, name } = instrument;
  const { condition } = rule.terms;
  const threshold = rule.terms.threshold.toString();
  const priceText = price.price.toString();
  tx.emit(AlertFired, {
    workspaceId: rule.workspaceId,
    subjectId: rule.id,
    payload: {
      instrumentId,
      symbol,
      isin,
      name,
      condition,
      threshold,
      firedAtMs,
      firingId: firing.id,
      ruleId: rule.id,
      firingNumber: firing.firingNumber,
      triggerPrice: firing.triggerPrice?.toString() ?? null,
      triggerVolume: firing.triggerVolume?.toString() ?? null,
      volume: firing.volume?.toString() ?? null,
      price: priceText,
      currency: price.currency,
      provider: price.provider,
      isSimulated: price.provider === 'simulator',
      marketAtMs: price.marketAtMs,
      note: rule.note,
    },
  });
  await ringBell(platform, tx, { rule, firing, name });
}

async function ringBell(
  platform: EvaluationPlatform,
  tx: Transaction,
  bell: { readonly rule: AlertRule; readonly firing: AlertFiring; readonly name: string },
): Promise<void> {
  const { rule, firing, name } = bell;
  const { price, currency, triggerPrice, triggerVolume, volume } = firing;
  const told = { workspaceId: rule.workspaceId, userId: rule.createdBy, permission: 'markets.alert.read' };
  const isVolume = triggerVolume !== null;
  await platform.notify.record(tx, {
    ...told,
    kind: isVolume ? 'markets.alert.volume_fired' : 'markets.alert.fired',
    payload: isVolume
      ? { name, trigger: triggerVolume.toString(), volume: volume?.toString() ?? '' }
      : { name, trigger: triggerPrice?.toString() ?? '', price: price.toString(), currency },
    href: '/alertas',
  });
}
