/** Alert rules and firings in the database. */
import { Decimal } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { AlertCondition, AlertRepeat, AlertState, AlertTerms, AlertZone } from './alert.ts';
import type { Price, PriceProviderName } from './price.ts';

export interface AlertRule {
  readonly id: string;
  readonly workspaceId: string;
  readonly instrumentId: string;
  readonly currency: string;
  readonly terms: AlertTerms;
  readonly state: AlertState;
  readonly repeat: AlertRepeat;
  readonly isEnabled: boolean;
  readonly note: string;
  readonly firingCount: number;
  readonly lastFiredAtMs: number | null;
  readonly createdBy: string | null;
  readonly createdAtMs: number;
  readonly version: number;
}

interface RuleRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly instrument_id: string;
  readonly condition: AlertCondition;
  readonly currency: string;
  readonly threshold: string;
  readonly reference_price: string | null;
  readonly window_days: number | null;
  readonly repeat: AlertRepeat;
  readonly hysteresis_percent: string;
  readonly is_enabled: boolean;
  readonly note: string;
  readonly zone: AlertZone;
  readonly zone_reference: string | null;
  readonly firing_count: number;
  readonly last_fired_at: number | null;
  readonly created_by: string | null;
  readonly created_at: number;
  readonly version: number;
}

export const ALERT_RULES_MAX = 1_000; // Per workspace; a page and a tick both read them whole.
const COLUMNS = sql`id, workspace_id, instrument_id, condition, currency, threshold, reference_price, window_days,
  repeat, hysteresis_percent, is_enabled, note, zone, zone_reference, firing_count, last_fired_at, created_by, created_at, version`;

/** The enabled rules of these instruments, in id order. */
export async function rulesToEvaluate(
  queryable: Queryable,
  workspaceId: string,
  instrumentIds: readonly string[],
): Promise<AlertRule[]> {
  const { rows } = await sql<RuleRow>`
    select ${COLUMNS} from markets_alert_rules
    where is_enabled and deleted_at is null and workspace_id = ${workspaceId}
      and instrument_id in (select jsonb_array_elements_text(${JSON.stringify(instrumentIds)}::jsonb)::uuid)
    order by id`.execute(queryable.tables());
  return rows.map(ruleOf);
}

export async function listRules(queryable: Queryable, workspaceId: string): Promise<AlertRule[]> {
  const { rows } = await sql<RuleRow>`
    select ${COLUMNS} from markets_alert_rules where workspace_id = ${workspaceId} and deleted_at is null
    order by created_at desc, id limit ${ALERT_RULES_MAX}`.execute(queryable.tables());
  return rows.map(ruleOf);
}

export interface RuleScope {
  readonly workspaceId: string;
  readonly ruleId: string;
}

/** Locks one live rule for a change; null when it is not there. */
export async function lockRule(tx: Transaction, scope: RuleScope): Promise<AlertRule | null> {
  const { rows } = await sql<RuleRow>`
    select ${COLUMNS} from markets_alert_rules
    where workspace_id = ${scope.workspaceId} and id = ${scope.ruleId} and deleted_at is null
    for update`.execute(tx.tables());
  return rows[0] ? ruleOf(rows[0]) : null;
}

export async function insertRule(tx: Transaction, rule: AlertRule): Promise<void> {
  const { terms, state } = rule;
  await sql`
    insert into markets_alert_rules (id, workspace_id, instrument_id, condition, currency, threshold, reference_price,
      window_days, repeat, hysteresis_percent, is_enabled, note, zone, zone_reference, created_by, created_at)
    values (${rule.id}, ${rule.workspaceId}, ${rule.instrumentId}, ${terms.condition}, ${rule.currency},
      ${terms.threshold.toString()}, ${text(terms.referencePrice)}, ${terms.windowDays}, ${rule.repeat},
      ${terms.hysteresisPercent.toString()}, ${rule.isEnabled}, ${rule.note}, ${state.zone},
      ${text(state.zoneReference)}, ${rule.createdBy}, ${instant(rule.createdAtMs)})`.execute(tx.tables());
}

/** Locks the live rules of one instrument, in id order. */
export async function lockRulesOf(
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly instrumentId: string },
): Promise<AlertRule[]> {
  const { rows } = await sql<RuleRow>`
    select ${COLUMNS} from markets_alert_rules
    where workspace_id = ${scope.workspaceId} and instrument_id = ${scope.instrumentId} and deleted_at is null
    order by id for update`.execute(tx.tables());
  return rows.map(ruleOf);
}

/** Writes what a person changed and starts the version that follows. */
export async function updateRule(tx: Transaction, rule: AlertRule): Promise<void> {
  const { terms, state } = rule;
  await sql`
    update markets_alert_rules set condition = ${terms.condition}, threshold = ${terms.threshold.toString()},
      currency = ${rule.currency}, reference_price = ${text(terms.referencePrice)},
      window_days = ${terms.windowDays}, repeat = ${rule.repeat},
      hysteresis_percent = ${terms.hysteresisPercent.toString()}, is_enabled = ${rule.isEnabled}, note = ${rule.note},
      zone = ${state.zone}, zone_reference = ${text(state.zoneReference)}, version = version + 1
    where workspace_id = ${rule.workspaceId} and id = ${rule.id}`.execute(tx.tables());
}

/** Hides a rule; false when it was not there. */
export async function deleteRule(tx: Transaction, scope: RuleScope, atMs: number): Promise<boolean> {
  const result = await sql`
    update markets_alert_rules set deleted_at = ${instant(atMs)}
    where workspace_id = ${scope.workspaceId} and id = ${scope.ruleId} and deleted_at is null
    returning id`.execute(tx.tables());
  return result.rows.length > 0;
}

/** Brings a hidden rule back; false when there was none. */
export async function restoreRule(tx: Transaction, scope: RuleScope): Promise<boolean> {
  const result = await sql`
    update markets_alert_rules set deleted_at = null
    where workspace_id = ${scope.workspaceId} and id = ${scope.ruleId} and deleted_at is not null
    returning id`.execute(tx.tables());
  return result.rows.length > 0;
}

export async function countRules(queryable: Queryable, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ rules: number }>`
    select count(*)::int as rules from markets_alert_rules
    where workspace_id = ${workspaceId} and deleted_at is null`.execute(queryable.tables());
  return rows[0]?.rules ?? 0;
}

/**
 * Moves a rule's state if nobody moved or edited it meanwhile; false when somebody did. With `firedAtMs` the move is a
 * firing: it is counted, and a one-shot rule is switched off.
 */
export async function moveRuleState(
  tx: Transaction,
  rule: AlertRule,
  move: { readonly state: AlertState; readonly firedAtMs: number | null },
): Promise<boolean> {
  const isFiring = move.firedAtMs !== null;
  const result = await sql`
    update markets_alert_rules set zone = ${move.state.zone}, zone_reference = ${text(move.state.zoneReference)},
      firing_count = firing_count + ${isFiring ? 1 : 0}::int,
      last_fired_at = coalesce(${move.firedAtMs === null ? null : instant(move.firedAtMs)}::timestamptz, last_fired_at),
      is_enabled = is_enabled and not (${isFiring}::boolean and repeat = 'once')
    where id = ${rule.id} and workspace_id = ${rule.workspaceId} and version = ${rule.version} and zone = ${rule.state.zone}
      and zone_reference is not distinct from ${text(rule.state.zoneReference)}::numeric
      and firing_count = ${rule.firingCount} and is_enabled and deleted_at is null
    returning id`.execute(tx.tables());
  return result.rows.length > 0;
}

export interface AlertFiring {
  readonly id: string;
  readonly ruleId: string;
  readonly firingNumber: number;
  readonly instrumentId: string;
  readonly firedAtMs: number;
  readonly price: Decimal;
  readonly currency: string;
  readonly provider: PriceProviderName;
  readonly marketAtMs: number;
  readonly condition: AlertCondition;
  readonly threshold: Decimal;
  /** What was crossed: one of the two, by what the rule is about. */
  readonly triggerPrice: Decimal | null;
  readonly triggerVolume: Decimal | null;
  /** Units traded that day when a rule about volume fired. */
  readonly volume: Decimal | null;
}

/** Writes a firing. The same firing number of a rule twice is a bug and breaks the transaction. */
export async function insertFiring(
  tx: Transaction,
  workspaceId: string,
  firing: AlertFiring & { readonly marketAtMs: Price['marketAtMs'] },
): Promise<void> {
  await sql`
    insert into markets_alert_firings (id, workspace_id, rule_id, firing_number, instrument_id, fired_at, price, currency,
      provider, market_at, condition, threshold, trigger_price, volume, trigger_volume)
    values (${firing.id}, ${workspaceId}, ${firing.ruleId}, ${firing.firingNumber}, ${firing.instrumentId},
      ${instant(firing.firedAtMs)}, ${firing.price.toString()}, ${firing.currency}, ${firing.provider},
      ${instant(firing.marketAtMs)}, ${firing.condition}, ${firing.threshold.toString()},
      ${text(firing.triggerPrice)}, ${text(firing.volume)}, ${text(firing.triggerVolume)})`.execute(tx.tables());
}

interface FiringRow {
  readonly id: string;
  readonly rule_id: string;
  readonly firing_number: number;
  readonly instrument_id: string;
  readonly fired_at: number;
  readonly price: string;
  readonly currency: string;
  readonly provider: PriceProviderName;
  readonly market_at: number;
  readonly condition: AlertCondition;
  readonly threshold: string;
  readonly trigger_price: string | null;
  readonly volume: string | null;
  readonly trigger_volume: string | null;
}

/** Firings newest first, after `cursor` (a firing id; ids grow with time). */
export async function listFirings(
  queryable: Queryable,
  query: { readonly workspaceId: string; readonly cursor: string | null; readonly limit: number },
): Promise<AlertFiring[]> {
  const { rows } = await sql<FiringRow>`
    select id, rule_id, firing_number, instrument_id, fired_at, price, currency, provider, market_at, condition, threshold,
      trigger_price, volume, trigger_volume
    from markets_alert_firings
    where workspace_id = ${query.workspaceId} and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit}`.execute(queryable.tables());
  return rows.map((row) => ({
    id: row.id,
    ruleId: row.rule_id,
    firingNumber: row.firing_number,
    instrumentId: row.instrument_id,
    firedAtMs: row.fired_at,
    price: Decimal.from(row.price),
    currency: row.currency,
    provider: row.provider,
    marketAtMs: row.market_at,
    condition: row.condition,
    threshold: Decimal.from(row.threshold),
    triggerPrice: decimalOf(row.trigger_price),
    volume: decimalOf(row.volume),
    triggerVolume: decimalOf(row.trigger_volume),
  }));
}

function ruleOf(row: RuleRow): AlertRule {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    instrumentId: row.instrument_id,
    currency: row.currency,
    terms: {
      condition: row.condition,
      threshold: Decimal.from(row.threshold),
      referencePrice: row.reference_price === null ? null : Decimal.from(row.reference_price),
      hysteresisPercent: Decimal.from(row.hysteresis_percent),
      windowDays: row.window_days,
    },
    state: { zone: row.zone, zoneReference: row.zone_reference === null ? null : Decimal.from(row.zone_reference) },
    repeat: row.repeat,
    isEnabled: row.is_enabled,
    note: row.note,
    firingCount: row.firing_count,
    lastFiredAtMs: row.last_fired_at,
    createdBy: row.created_by,
    createdAtMs: row.created_at,
    version: row.version,
  };
}

const decimalOf = (figure: string | null): Decimal | null => (figure === null ? null : Decimal.from(figure));
const text = (value: Decimal | null): string | null => value?.toString() ?? null;
const instant = (atMs: number): string => new Date(atMs).toISOString();
