/** Instruments in the database: resolving drafts, finding, and what the live provider calls them. */
import { assert, type LocalDate, ok, refuse, type Result } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import {
  checkInstrumentDraft,
  type DraftRefusal,
  type Instrument,
  type InstrumentDraft,
  type InstrumentKind,
  matchInstrument,
  type NormalisedDraft,
} from './instrument.ts';

export type ResolveRefusal = DraftRefusal | 'instrument_ambiguous' | 'drafts_too_many';

export interface ResolvedInstrument {
  readonly instrumentId: string;
  /** `completed` when a known instrument got an ISIN or a symbol from this draft. */
  readonly outcome: 'known' | 'completed' | 'created';
  readonly instrument: Instrument;
}

export interface InstrumentRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly kind: InstrumentKind;
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly name: string;
  readonly currency: string;
  readonly provider_symbol: string | null;
  readonly provider_name: string | null;
  readonly price_problem: string | null;
  readonly version: number;
}

const DRAFTS_MAX = 10_000; // One import batch; above it the caller splits.
const SEARCH_MAX = 50; // A combobox shows far fewer.
const LISTED_MAX = 500; // One page of prices; a workspace with more asks for the ones it shows.
const RESOLVE_LOCK = 7_301; // First key of the advisory lock that keeps two imports from creating one thing twice.

const COLUMNS = sql`id, workspace_id, kind, symbol, isin, name, currency, provider_symbol, provider_name,
  price_problem, version`;

export interface ResolveContext {
  readonly workspaceId: string;
  readonly newId: () => string;
  readonly atMs: number;
}

/**
 * Gives every draft its instrument, in order, creating the unknown ones. Nothing is written when one is refused;
 * the refusal's `draftIndex` names it. Concurrent callers of one workspace take turns.
 */
export async function resolveInstruments(
  tx: Transaction,
  context: ResolveContext,
  drafts: readonly InstrumentDraft[],
): Promise<Result<ResolvedInstrument[], ResolveRefusal>> {
  if (drafts.length > DRAFTS_MAX) return refuse('drafts_too_many', { draftsMax: DRAFTS_MAX });
  await sql`select pg_advisory_xact_lock(${RESOLVE_LOCK}, hashtext(${context.workspaceId}))`.execute(tx.tables());
  const plan = await planResolution(tx, context.workspaceId, drafts);
  if (!plan.ok) return plan;
  const known = new Map<string, Instrument>();
  const written = new Map<Planned, ResolvedInstrument>();
  for (const planned of plan.value) {
    if (written.has(planned)) continue;
    written.set(planned, await writePlanned(tx, context, planned));
  }
  const resolved = plan.value.map((planned) => {
    const entry = written.get(planned);
    assert(entry, 'instruments: a planned instrument was not written');
    const repeated = known.has(entry.instrumentId);
    known.set(entry.instrumentId, entry.instrument);
    return repeated ? { ...entry, outcome: 'known' as const } : entry;
  });
  return ok(resolved);
}

/** Like `resolveInstruments` without writing: null stands for an instrument that would be created. For previews. */
export async function previewInstruments(
  queryable: Queryable,
  workspaceId: string,
  drafts: readonly InstrumentDraft[],
): Promise<Result<(Instrument | null)[], ResolveRefusal>> {
  if (drafts.length > DRAFTS_MAX) return refuse('drafts_too_many', { draftsMax: DRAFTS_MAX });
  const plan = await planResolution(queryable, workspaceId, drafts);
  return plan.ok ? ok(plan.value.map((planned) => planned.known)) : plan;
}

/** One instrument to be: what is known of it and what the drafts add. Drafts that mean the same share one object. */
interface Planned {
  readonly known: Instrument | null;
  draft: NormalisedDraft;
}

async function planResolution(
  queryable: Queryable,
  workspaceId: string,
  drafts: readonly InstrumentDraft[],
): Promise<Result<Planned[], ResolveRefusal>> {
  const checked: NormalisedDraft[] = [];
  for (const [draftIndex, draft] of drafts.entries()) {
    const result = checkInstrumentDraft(draft);
    if (!result.ok) return refuse(result.code, { ...result.details, draftIndex });
    checked.push(result.value);
  }
  const candidates = await candidatesOf(queryable, workspaceId, checked);
  const plannedOf = new Map<string, Planned>();
  const byKey = candidateIndex(candidates);
  const plan: Planned[] = [];
  for (const [draftIndex, draft] of checked.entries()) {
    const match = matchInstrument(draft, byKey.fitting(draft));
    if (!match.ok) return refuse(match.code, { ...match.details, draftIndex });
    const found = match.value.outcome === 'same' ? match.value.instrument : null;
    const planned = found ? plannedOf.get(found.id) : undefined;
    if (planned) {
      planned.draft = {
        ...planned.draft,
        isin: planned.draft.isin ?? draft.isin,
        symbol: planned.draft.symbol ?? draft.symbol,
      };
      byKey.add({ ...asInstrument(planned), id: found?.id ?? '' });
      plan.push(planned);
      continue;
    }
    const fresh: Planned = { known: found, draft };
    const id = found?.id ?? `new:${draftIndex}`;
    plannedOf.set(id, fresh);
    byKey.add({ ...asInstrument(fresh), id });
    plan.push(fresh);
  }
  return ok(plan);
}

/** The instrument as it will be once written, so that later drafts of the same batch are compared with it. */
function asInstrument({ known, draft }: Planned): Instrument {
  if (known) return { ...known, isin: known.isin ?? draft.isin, symbol: known.symbol ?? draft.symbol };
  const { kind, symbol, isin, name, currency } = draft;
  const unseen = { providerSymbol: null, providerName: null, priceProblem: null, version: 1 };
  return { id: '', workspaceId: '', kind, symbol, isin, name, currency, ...unseen };
}

/** Finds the few candidates of a draft without scanning all: by ISIN, symbol and folded name. */
function candidateIndex(instruments: readonly Instrument[]) {
  const byKey = new Map<string, Map<string, Instrument>>();
  const add = (instrument: Instrument) => {
    for (const key of keysOf({ ...instrument, nameKey: nameKeyOf(instrument) })) {
      const entries = byKey.get(key) ?? new Map<string, Instrument>();
      byKey.set(key, entries.set(instrument.id, instrument));
    }
  };
  const fitting = (draft: NormalisedDraft): Instrument[] => {
    const found = new Map<string, Instrument>();
    for (const key of keysOf(draft)) for (const [id, instrument] of byKey.get(key) ?? []) found.set(id, instrument);
    return [...found.values()];
  };
  for (const instrument of instruments) add(instrument);
  return { add, fitting };
}

function keysOf(draft: Pick<NormalisedDraft, 'isin' | 'symbol' | 'nameKey'>): string[] {
  const keys = [`name:${draft.nameKey}`];
  if (draft.isin !== null) keys.push(`isin:${draft.isin}`);
  if (draft.symbol !== null) keys.push(`symbol:${draft.symbol}`);
  return keys;
}

function nameKeyOf(instrument: Instrument): string {
  const checked = checkInstrumentDraft({ kind: 'other', name: instrument.name, currency: 'EUR' });
  return checked.ok ? checked.value.nameKey : '';
}

async function candidatesOf(
  queryable: Queryable,
  workspaceId: string,
  drafts: readonly NormalisedDraft[],
): Promise<Instrument[]> {
  const isins = JSON.stringify(drafts.flatMap((draft) => draft.isin ?? []));
  const symbols = JSON.stringify(drafts.flatMap((draft) => draft.symbol ?? []));
  const names = JSON.stringify(drafts.map((draft) => draft.nameKey));
  const { rows } = await sql<InstrumentRow>`
    select ${COLUMNS} from markets_instruments
    where workspace_id = ${workspaceId} and (
      isin in (select jsonb_array_elements_text(${isins}::jsonb))
      or symbol in (select jsonb_array_elements_text(${symbols}::jsonb))
      or name_key in (select jsonb_array_elements_text(${names}::jsonb)))
    order by id`.execute(queryable.tables());
  return rows.map(instrumentOf);
}

async function writePlanned(tx: Transaction, context: ResolveContext, planned: Planned): Promise<ResolvedInstrument> {
  const { known, draft } = planned;
  const instrument = asInstrument(planned);
  if (known && known.isin === instrument.isin && known.symbol === instrument.symbol) {
    return { instrumentId: known.id, outcome: 'known', instrument: known };
  }
  if (known) {
    await sql`update markets_instruments
      set isin = ${instrument.isin}, symbol = ${instrument.symbol}, version = version + 1
      where id = ${known.id} and workspace_id = ${context.workspaceId}`.execute(tx.tables());
    return { instrumentId: known.id, outcome: 'completed', instrument };
  }
  const id = context.newId();
  await sql`insert into markets_instruments (id, workspace_id, kind, symbol, isin, name, name_key, currency, created_at)
    values (${id}, ${context.workspaceId}, ${draft.kind}, ${draft.symbol}, ${draft.isin}, ${draft.name},
      ${draft.nameKey}, ${draft.currency}, ${new Date(context.atMs).toISOString()})`.execute(tx.tables());
  const created = { ...instrument, id, workspaceId: context.workspaceId };
  return { instrumentId: id, outcome: 'created', instrument: created };
}

/** The instruments of a workspace by id; unknown ids are simply absent. */
export async function findInstruments(
  queryable: Queryable,
  workspaceId: string,
  instrumentIds: readonly string[],
): Promise<Map<string, Instrument>> {
  const { rows } = await sql<InstrumentRow>`
    select ${COLUMNS} from markets_instruments
    where workspace_id = ${workspaceId}
      and id in (select jsonb_array_elements_text(${JSON.stringify(instrumentIds)}::jsonb)::uuid)`.execute(
    queryable.tables(),
  );
  return new Map(rows.map((row) => [row.id, instrumentOf(row)]));
}

/** The first instruments of a workspace by name. */
export async function listInstruments(queryable: Queryable, workspaceId: string): Promise<Instrument[]> {
  const { rows } = await sql<InstrumentRow>`
    select ${COLUMNS} from markets_instruments where workspace_id = ${workspaceId}
    order by name_key, id limit ${LISTED_MAX}`.execute(queryable.tables());
  return rows.map(instrumentOf);
}

/** Instruments whose symbol, ISIN or name contains the folded text, best first; an empty text lists some by name. */
export async function searchInstruments(
  queryable: Queryable,
  workspaceId: string,
  foldedText: string,
): Promise<Instrument[]> {
  const like = `%${foldedText.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<InstrumentRow>`
    select ${COLUMNS} from markets_instruments
    where workspace_id = ${workspaceId}
      and (name_key like ${like} or lower(symbol) like ${like} or lower(isin) like ${like})
    order by (lower(symbol) = ${foldedText}) desc nulls last, name_key, id
    limit ${SEARCH_MAX}`.execute(queryable.tables());
  return rows.map(instrumentOf);
}

export interface WatchRequest {
  readonly workspaceId: string;
  readonly instrumentIds: readonly string[];
  /** Who needs the prices: `held`, `alert`… One instrument may have several reasons. */
  readonly reason: string;
  /** First day whose close is wanted. */
  readonly since: LocalDate;
}

/** Records that these prices are needed. Returns the instruments whose wanted history grew. */
export async function insertWatches(tx: Transaction, request: WatchRequest): Promise<string[]> {
  const { rows } = await sql<{ instrument_id: string }>`
    insert into markets_watches as watch (workspace_id, instrument_id, reason, since)
    select workspace_id, id, ${request.reason}, ${request.since} from markets_instruments
    where workspace_id = ${request.workspaceId}
      and id in (select jsonb_array_elements_text(${JSON.stringify(request.instrumentIds)}::jsonb)::uuid)
    order by id
    on conflict (instrument_id, reason) do update set since = excluded.since where watch.since > excluded.since
    returning instrument_id`.execute(tx.tables());
  return rows.map((row) => row.instrument_id);
}

/** Forgets one reason for watching; the prices stay. */
export async function deleteWatches(
  tx: Transaction,
  request: Pick<WatchRequest, 'workspaceId' | 'instrumentIds' | 'reason'>,
): Promise<void> {
  await sql`delete from markets_watches
    where workspace_id = ${request.workspaceId} and reason = ${request.reason}
      and instrument_id in (select jsonb_array_elements_text(${JSON.stringify(request.instrumentIds)}::jsonb)::uuid)`.execute(
    tx.tables(),
  );
}

export function instrumentOf(row: InstrumentRow): Instrument {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    kind: row.kind,
    symbol: row.symbol,
    isin: row.isin,
    name: row.name,
    currency: row.currency,
    providerSymbol: row.provider_symbol,
    providerName: row.provider_name,
    priceProblem: row.price_problem,
    version: row.version,
  };
}
