/** Alerts over HTTP. A new or changed rule starts from the price of now, so that it fires on the next crossing only. */
import { Decimal, ok, type OutputOf, refuse } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type Http } from '#platform/http';
import { type AlertTerms, distancePercent, initialState, isVolumeRule, termsRefusal, triggersOf } from './alert.ts';
import { alertBacktestRoutes } from './alert-backtest.routes.ts';
import { type AlertFacts, readAlertFacts } from './alert-facts.store.ts';
import {
  ALERT_RULES_MAX,
  type AlertRule,
  countRules,
  deleteRule,
  insertRule,
  listFirings,
  listRules,
  lockRule,
  restoreRule,
  updateRule,
} from './alert.store.ts';
import {
  CreateAlertRule,
  DeleteAlertRule,
  ListAlertFirings,
  ListAlertRules,
  RestoreAlertRule,
  UpdateAlertRule,
} from './alert-contract.ts';
import { recordChange } from './audit.ts';
import { dayOf, recentDay } from './day.ts';
import type { Instrument } from './instrument.ts';
import { instrumentMessage } from './instrument.routes.ts';
import { findInstruments } from './instrument.store.ts';
import type { LatestPrice } from './price.ts';
import { latestMessage } from './price-message.ts';
import { latestPrices } from './price.store.ts';
import { watchInstruments } from './watch.ts';

type RuleMessage = OutputOf<(typeof CreateAlertRule)['response']>;
type RuleBody = OutputOf<(typeof UpdateAlertRule)['body']>;

export function alertRoutes(http: Http, platform: Platform): void {
  http.route(ListAlertRules, async ({ actor }) => {
    const rules = await listRules(platform.db, actor.workspaceId);
    return ok({ items: await ruleMessages(platform, platform.db, rules) });
  });

  http.route(CreateAlertRule, async ({ body, actor, reply }) =>
    platform.db.transaction(async (tx) => {
      const { workspaceId, userId } = actor;
      const { instrumentId } = body;
      const context = await priceContext(platform, tx, { workspaceId, instrumentId });
      if (!context) return refuse('instrument_not_found');
      const refusal = termsRefusal(termsOf(body), context.instrument);
      if (refusal) return refuse(refusal);
      if ((await countRules(tx, workspaceId)) >= ALERT_RULES_MAX)
        return refuse('alerts_too_many', { max: ALERT_RULES_MAX });
      const rule: AlertRule = {
        ...(await ruleFields(tx, body, context)),
        id: platform.newId(),
        workspaceId,
        instrumentId,
        firingCount: 0,
        lastFiredAtMs: null,
        createdBy: userId,
        createdAtMs: platform.clock(),
        version: 1,
      };
      await insertRule(tx, rule);
      const since = recentDay(platform.clock());
      await watchInstruments(tx, { workspaceId, instrumentIds: [instrumentId], reason: 'alert', since });
      reply.setVersion(1);
      const change = { workspaceId, subject: rule.id, after: { instrumentId, ...ruleFacts(rule) } };
      await recordChange(platform, tx, { ...change, action: 'markets.alert.created' });
      const [message] = await ruleMessages(platform, tx, [rule]);
      return message ? ok(message) : refuse('instrument_not_found');
    }),
  );

  http.route(UpdateAlertRule, async ({ params, body, actor, ifMatch, reply }) => {
    return platform.db.transaction(async (tx) => {
      const scope = { workspaceId: actor.workspaceId, ruleId: params.ruleId };
      const before = await lockRule(tx, scope);
      if (!before) return refuse('alert_not_found');
      const versions = checkVersion(ifMatch, before.version);
      if (!versions.ok) return versions;
      const context = await priceContext(platform, tx, before);
      if (!context) return refuse('alert_not_found');
      const refusal = termsRefusal(termsOf(body), context.instrument);
      if (refusal) return refuse(refusal);
      const after: AlertRule = { ...before, ...(await ruleFields(tx, body, context)), version: before.version + 1 };
      await updateRule(tx, after);
      reply.setVersion(after.version);
      await recordChange(platform, tx, {
        workspaceId: scope.workspaceId,
        action: 'markets.alert.changed',
        subject: before.id,
        before: ruleFacts(before),
        after: ruleFacts(after),
      });
      const [message] = await ruleMessages(platform, tx, [after]);
      return message ? ok(message) : refuse('alert_not_found');
    });
  });

  alertHistoryRoutes(http, platform);
  alertBacktestRoutes(http, platform);
}

function alertHistoryRoutes(http: Http, platform: Platform): void {
  http.route(DeleteAlertRule, async ({ params, actor }) => {
    const scope = { workspaceId: actor.workspaceId, ruleId: params.ruleId };
    const isDeleted = await platform.db.transaction(async (tx) => {
      if (!(await deleteRule(tx, scope, platform.clock()))) return false;
      const change = { workspaceId: scope.workspaceId, subject: scope.ruleId };
      await recordChange(platform, tx, { ...change, action: 'markets.alert.deleted' });
      return true;
    });
    return isDeleted ? ok(undefined) : refuse('alert_not_found');
  });

  http.route(RestoreAlertRule, async ({ params, actor }) =>
    platform.db.transaction(async (tx) => {
      const scope = { workspaceId: actor.workspaceId, ruleId: params.ruleId };
      const isRestored = await restoreRule(tx, scope);
      const rule = isRestored ? await lockRule(tx, scope) : null;
      const [message] = rule ? await ruleMessages(platform, tx, [rule]) : [];
      if (!message) return refuse('alert_not_found');
      const change = { workspaceId: scope.workspaceId, subject: scope.ruleId };
      await recordChange(platform, tx, { ...change, action: 'markets.alert.restored' });
      return ok(message);
    }),
  );

  http.route(ListAlertFirings, async ({ query, actor }) => {
    const { workspaceId } = actor;
    const { limit, cursor = null } = query;
    const firings = await listFirings(platform.db, { workspaceId, cursor, limit: limit + 1 });
    const page = firings.slice(0, limit);
    const ids = page.map((firing) => firing.instrumentId);
    const instruments = await findInstruments(platform.db, workspaceId, ids);
    const items = page.flatMap(({ firingNumber: _number, instrumentId, ...firing }) => {
      const instrument = instruments.get(instrumentId);
      if (!instrument) return [];
      const figures = {
        price: firing.price.toString(),
        threshold: firing.threshold.toString(),
        triggerPrice: firing.triggerPrice?.toString() ?? null,
        triggerVolume: firing.triggerVolume?.toString() ?? null,
        volume: firing.volume?.toString() ?? null,
      };
      return [{ ...firing, ...figures, instrument: instrumentMessage(instrument) }];
    });
    return ok({ items, nextCursor: firings.length > limit ? (page.at(-1)?.id ?? null) : null });
  });
}

interface PriceContext {
  readonly instrument: Instrument;
  readonly latest: LatestPrice;
}

async function priceContext(
  platform: Platform,
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly instrumentId: string },
): Promise<PriceContext | null> {
  const { workspaceId, instrumentId } = scope;
  const instrument = (await findInstruments(tx, workspaceId, [instrumentId])).get(instrumentId);
  const query = { workspaceId, instrumentIds: [instrumentId], atMs: platform.clock() };
  const latest = (await latestPrices(tx, query)).get(instrumentId);
  return instrument && latest ? { instrument, latest } : null;
}

function termsOf(body: RuleBody): AlertTerms {
  const isPercent = body.condition.startsWith('percent');
  return {
    condition: body.condition,
    threshold: Decimal.from(body.threshold),
    referencePrice: isPercent && body.referencePrice !== null ? Decimal.from(body.referencePrice) : null,
    windowDays: body.condition === 'drawdown' ? body.windowDays : null,
    hysteresisPercent: Decimal.from(body.hysteresisPercent),
  };
}

async function ruleFields(queryable: Queryable, body: RuleBody, { instrument, latest }: PriceContext) {
  const terms = termsOf(body);
  const fresh = latest.state === 'priced' && !latest.isStale ? latest : null;
  const { repeat, isEnabled, note } = body;
  const currency = latest.state === 'priced' ? latest.currency : instrument.currency;
  const asked = { id: instrument.id, instrumentId: instrument.id, currency, terms }; // The rule has no id yet.
  const facts = fresh ? await factsOf(queryable, [{ ...asked, latest: fresh }]) : null;
  const state = initialState(terms, fresh && { ...fresh, ...facts?.get(asked.id) });
  return { terms, state, currency, repeat, isEnabled, note };
}

type Judged = Pick<AlertRule, 'id' | 'instrumentId' | 'currency' | 'terms'> & {
  readonly latest: Extract<LatestPrice, { state: 'priced' }>;
};

/** Facts as of the day of the newest price, by rule. */
async function factsOf(queryable: Queryable, rules: readonly Judged[]): Promise<Map<string, AlertFacts>> {
  return readAlertFacts(
    queryable,
    rules.map(({ id: ruleId, instrumentId, currency, terms, latest }) => {
      return { ruleId, instrumentId, currency, terms, on: dayOf(latest.marketAtMs) };
    }),
  );
}

async function ruleMessages(
  platform: Platform,
  queryable: Queryable,
  rules: readonly AlertRule[],
): Promise<RuleMessage[]> {
  const [first] = rules;
  if (!first) return [];
  const { workspaceId } = first;
  const ids = [...new Set(rules.map((rule) => rule.instrumentId))];
  const instruments = await findInstruments(queryable, workspaceId, ids);
  const prices = await latestPrices(queryable, { workspaceId, instrumentIds: ids, atMs: platform.clock() });
  const judged = rules.flatMap((rule) => {
    const latest = prices.get(rule.instrumentId);
    return latest?.state === 'priced' ? [{ ...rule, latest }] : [];
  });
  const facts = await factsOf(queryable, judged);
  return rules.flatMap((rule) => {
    const instrument = instruments.get(rule.instrumentId);
    const latest = prices.get(rule.instrumentId);
    return instrument && latest ? [ruleMessage(rule, { instrument, latest }, facts.get(rule.id))] : [];
  });
}

function ruleMessage(
  rule: AlertRule,
  { instrument, latest }: PriceContext,
  facts: AlertFacts | undefined,
): RuleMessage {
  const price = latest.state === 'priced' && latest.currency === rule.currency ? latest : null;
  const isVolume = isVolumeRule(rule.terms);
  const triggers = triggersOf(rule.terms, { ...price, ...facts });
  const figure = isVolume ? price?.dayVolume : price?.price;
  return {
    id: rule.id,
    instrument: instrumentMessage(instrument),
    condition: rule.terms.condition,
    threshold: rule.terms.threshold.toString(),
    referencePrice: rule.terms.referencePrice?.toString() ?? null,
    windowDays: rule.terms.windowDays,
    repeat: rule.repeat,
    hysteresisPercent: rule.terms.hysteresisPercent.toString(),
    isEnabled: rule.isEnabled,
    note: rule.note,
    zone: rule.state.zone,
    upperPrice: isVolume ? null : (triggers?.upper?.toString() ?? null),
    lowerPrice: triggers?.lower?.toString() ?? null,
    triggerVolume: isVolume ? (triggers?.upper?.toString() ?? null) : null,
    dayVolume: price?.dayVolume?.toString() ?? null,
    measuredFrom: triggers?.reference?.toString() ?? null,
    distancePercent: figure && triggers ? (distancePercent(triggers, figure)?.toFixed(2) ?? null) : null,
    latest: latestMessage(latest),
    firingCount: rule.firingCount,
    lastFiredAtMs: rule.lastFiredAtMs,
    createdAtMs: rule.createdAtMs,
    version: rule.version,
  };
}

/** What a person set of a rule, for the audit trail. */
function ruleFacts(rule: AlertRule): Record<string, unknown> {
  const { terms, note, isEnabled } = rule;
  return { terms, note, isEnabled };
}
