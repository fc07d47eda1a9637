/** Operations: events as a person reads and writes them. */
import { recordAudit } from '#identity';
import { Decimal, localDate, ok, parseLocalDate, refuse, type Result } from '#kernel';
import { findInstruments } from '#markets';
import type { Queryable, Transaction } from '#platform/db';
import { pageOf, readCursor } from '#platform/http';
import { z } from 'zod';
import { lotPickOf, type LotPickRow } from './event-row.ts';
import type { LedgerEventDraft, LedgerEventType } from './ledger-event.ts';
import type { RecordingPlatform } from './ledger-writing.ts';
import { listOperationRows, type OperationQuery, type OperationRow } from './operation.store.ts';
import { OperationRecorded, OperationReversed } from './published-events.ts';
import type { PortfolioScope } from './portfolio-reach.store.ts';
import { recordEvents, type RecordRefusal } from './recording.ts';
import { reverseEvents, type ReversalRefusal } from './reversal.ts';

/** What a person typed; every figure is decimal text that the contract already checked. */
export interface OperationWish {
  readonly type: LedgerEventType;
  readonly date: string;
  readonly accountName: string;
  readonly instrument: LedgerEventDraft['instrument'] | null;
  readonly quantity?: string | undefined;
  readonly splitRatio?: string | undefined;
  readonly price?: string | undefined;
  readonly amount?: string | undefined;
  readonly currency: string;
  readonly fee?: string | undefined;
  readonly tax?: string | undefined;
  readonly fx?: string | undefined;
  readonly toInstrument?: LedgerEventDraft['instrument'] | null;
  readonly toQuantity?: string | undefined;
  /** Which lots a sale takes; none leaves the choice to the method. */
  readonly lots?: readonly LotPickRow[] | undefined;
  readonly note: string;
  readonly idempotencyKey: string;
}

export interface OperationScope extends PortfolioScope {
  readonly userId: string;
}

const HAND_SHEET = 'manual'; // Source of what nobody imported.

/** Records one operation by hand and says so. */
export async function recordOperation(
  platform: RecordingPlatform,
  tx: Transaction,
  { scope, wish }: { readonly scope: OperationScope; readonly wish: OperationWish },
): Promise<
  Result<{ operationId: string | null; outcome: 'recorded' | 'already_known' }, RecordRefusal | 'date_not_valid'>
> {
  const date = parseLocalDate(wish.date);
  if (!date) return refuse('date_not_valid', { field: 'date', date: wish.date });
  const badDay = (wish.lots ?? []).find(({ openedOn }) => !parseLocalDate(openedOn));
  if (badDay) return refuse('date_not_valid', { field: 'lots', date: badDay.openedOn });
  const draft = draftOf(wish);
  const result = await recordEvents(platform, tx, { ...scope, importId: null, events: [draft] });
  if (!result.ok) return result;
  const [operationId] = result.value.eventIds;
  if (!operationId) return ok({ operationId: null, outcome: 'already_known' });
  const { portfolioId, workspaceId } = scope;
  const [row] = await listOperationRows(tx, {
    portfolioId,
    limit: 1,
    after: null,
    reversed: 'leave_out',
    eventId: operationId,
  });
  const { type, accountName, currency } = wish;
  tx.emit(OperationRecorded, {
    workspaceId,
    subjectId: portfolioId,
    payload: {
      portfolioId,
      operationId,
      type,
      date,
      accountName,
      currency,
      instrumentId: row?.instrument_id ?? null,
      quantity: figureText(row?.quantity ?? null),
      amount: figureText(row?.amount ?? null),
    },
  });
  const { idempotencyKey: _key, instrument, toInstrument, ...told } = wish;
  await recordAudit(tx, {
    workspaceId,
    action: 'portfolios.operation.recorded',
    subject: portfolioId,
    atMs: platform.clock(),
    after: { operationId, ...told, instrument: instrument?.name ?? null, to: toInstrument?.name ?? null },
  });
  return ok({ operationId, outcome: 'recorded' });
}

/** Takes one operation back and says so. */
export async function reverseOperation(
  platform: RecordingPlatform,
  tx: Transaction,
  { scope, operationId }: { readonly scope: OperationScope; readonly operationId: string },
): Promise<Result<undefined, ReversalRefusal>> {
  const result = await reverseEvents(platform, tx, { ...scope, target: { eventId: operationId } });
  if (!result.ok) return result;
  const { portfolioId, workspaceId } = scope;
  for (const { reversalId } of result.value) {
    tx.emit(OperationReversed, {
      workspaceId,
      subjectId: portfolioId,
      payload: { portfolioId, operationId, reversalId },
    });
  }
  await recordAudit(tx, {
    workspaceId,
    action: 'portfolios.operation.reversed',
    subject: portfolioId,
    atMs: platform.clock(),
    before: { operationId },
    after: { reversalIds: result.value.map(({ reversalId }) => reversalId) },
  });
  return ok(undefined);
}

function draftOf(wish: OperationWish): LedgerEventDraft {
  const figure = (text: string | undefined): Decimal | undefined =>
    text === undefined ? undefined : Decimal.from(text);
  const [newUnits, oldUnits = '1'] = wish.splitRatio?.split(':') ?? [];
  const figures = {
    quantity: figure(wish.quantity),
    price: figure(wish.price),
    amount: figure(wish.amount),
    fee: figure(wish.fee),
    tax: figure(wish.tax),
    fx: figure(wish.fx),
    toQuantity: figure(wish.toQuantity),
  };
  const known = Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
  return {
    type: wish.type,
    date: localDate(wish.date),
    accountName: wish.accountName,
    currency: wish.currency,
    note: wish.note,
    idempotencyKey: `hand:${wish.idempotencyKey}`,
    source: { sheet: HAND_SHEET, row: 1 },
    ...known,
    ...(wish.instrument && { instrument: wish.instrument }),
    ...(wish.lots && wish.lots.length > 0 && { lots: wish.lots.map(lotPickOf) }),
    ...(wish.toInstrument && { toInstrument: wish.toInstrument }),
    ...(newUnits && { splitRatio: { newUnits: Decimal.from(newUnits), oldUnits: Decimal.from(oldUnits) } }),
  };
}

/** A page of operations with the names of their instruments. */
export async function listOperations(
  queryable: Queryable,
  { workspaceId, ...query }: OperationQuery & { readonly workspaceId: string },
) {
  const rows = await listOperationRows(queryable, { ...query, limit: query.limit + 1 });
  const page = pageOf(rows, { limit: query.limit, keyOf: (row) => [row.on_date, row.sequence] });
  const ids = [...new Set(page.items.flatMap((row) => [row.instrument_id ?? [], row.to_instrument_id ?? []].flat()))];
  const instruments = ids.length > 0 ? await findInstruments(queryable, workspaceId, ids) : new Map<string, never>();
  return { items: page.items.map((row) => operationText(row, instruments)), nextCursor: page.nextCursor };
}

/** Day and place in the day of the last operation of a page. */
const OperationCursor = z.tuple([z.iso.date(), z.string().regex(/^\d{1,18}$/)]);

/** Reads a cursor of this list; null when it is not one. */
export function parseOperationCursor(cursor: string): OperationQuery['after'] {
  const [day, sequence] = readCursor(cursor, OperationCursor) ?? [];
  const date = day === undefined ? null : parseLocalDate(day);
  return date && sequence !== undefined ? { date, sequence: BigInt(sequence) } : null;
}

function operationText(
  row: OperationRow,
  instruments: ReadonlyMap<string, { readonly name: string; readonly symbol: string | null }>,
) {
  const named = (id: string | null) =>
    id === null ? null : { id, name: instruments.get(id)?.name ?? '', symbol: instruments.get(id)?.symbol ?? null };
  const { split_new_units: newUnits, split_old_units: oldUnits } = row;
  return {
    id: row.event_id,
    sequence: Number(row.sequence),
    type: row.type,
    date: row.on_date,
    accountName: row.account_name,
    instrument: named(row.instrument_id),
    quantity: figureText(row.quantity),
    splitRatio: newUnits && oldUnits ? `${figureText(newUnits)}:${figureText(oldUnits)}` : null,
    price: figureText(row.price),
    amount: figureText(row.amount),
    currency: row.currency,
    fee: Decimal.from(row.fee).toString(),
    tax: Decimal.from(row.tax).toString(),
    fx: figureText(row.fx),
    toInstrument: named(row.to_instrument_id),
    toQuantity: figureText(row.to_quantity),
    lots: row.lots,
    note: row.note,
    source: { sheet: row.source_sheet, row: row.source_row, importId: row.import_id },
    recordedAtMs: row.recorded_at,
    reversedBy: row.reversed_by,
  };
}

/** Shortest text of a stored figure. */
function figureText(text: string | null): string | null {
  return text === null ? null : Decimal.from(text).toString();
}
