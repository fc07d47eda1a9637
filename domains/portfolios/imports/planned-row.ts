/**
 * Planned rows: what will happen to each row of a file, before anything is written. A row ends as ledger events, as
 * skipped with a reason, or as an error; nothing else exists. Drafts travel as JSON (decimals as text).
 */
import { createHash } from 'node:crypto';
import { Decimal, type LocalDate } from '#kernel';
import { lotPickOf, type LotPickRow } from '../event-row.ts';
import type { InstrumentDraft, LedgerEventDraft } from '../ledger-event.ts';
import type { Issue } from './issue.ts';
import { textKey } from './text-key.ts';

export type PlannedStatus = 'new' | 'skipped' | 'error';

export interface PlannedRow {
  readonly sheet: string;
  readonly row: number;
  readonly status: PlannedStatus;
  readonly issues: readonly Issue[];
  readonly drafts: readonly LedgerEventDraft[];
  /** The row as the file shows it, for the eye: header and text of its mapped cells. */
  readonly shown: readonly (readonly [header: string, text: string])[];
}

/** A draft without its key, and whether its day was in the file: an assumed day must not change what the fact is. */
export interface KeylessDraft extends Omit<LedgerEventDraft, 'idempotencyKey'> {
  readonly isDateAssumed: boolean;
  /** The key the file itself gives: our own export, read back. */
  readonly statedKey?: string;
}

/**
 * Gives drafts their keys. The key is a hash of the business fact alone (no file, sheet, row or name of a file), so the
 * same operation is the same wherever it is read; equal facts inside one file are numbered, because two identical
 * purchases on one day are two purchases.
 */
export function createKeyGiver(): (draft: KeylessDraft) => LedgerEventDraft {
  const seen = new Map<string, number>();
  return ({ isDateAssumed, statedKey, ...draft }) => {
    if (statedKey !== undefined) {
      const times = (seen.get(statedKey) ?? 0) + 1;
      seen.set(statedKey, times);
      // A line copied within the file is another fact; it must not vanish as one that is already there.
      return { ...draft, idempotencyKey: times === 1 ? statedKey : `${statedKey}#${times}` };
    }
    const fact = JSON.stringify([
      draft.type,
      isDateAssumed ? null : draft.date,
      textKey(draft.accountName),
      instrumentFact(draft.instrument),
      ...[draft.quantity, draft.price, draft.amount, draft.fee, draft.tax, draft.fx].map(
        (figure) => figure?.toString() ?? null,
      ),
      draft.splitRatio ? [draft.splitRatio.newUnits, draft.splitRatio.oldUnits] : null,
      draft.currency,
      instrumentFact(draft.toInstrument),
      // Only where some are named, so that a fact without lots keeps the key it always had.
      ...(draft.lots ? [draft.lots.map(({ openedOn, quantity }) => [openedOn, quantity.toString()])] : []),
    ]);
    const occurrence = (seen.get(fact) ?? 0) + 1;
    seen.set(fact, occurrence);
    const hash = createHash('sha256').update(fact).digest('hex').slice(0, 40);
    return { ...draft, idempotencyKey: `import:${hash}:${occurrence}` };
  };
}

/** What makes an instrument the same in another file; its kind is our guess and may improve. */
export function instrumentFact(instrument: InstrumentDraft | undefined): string | null {
  if (!instrument) return null;
  return instrument.isin ?? instrument.symbol?.toUpperCase() ?? textKey(instrument.name);
}

interface DraftJson {
  readonly [field: string]: unknown;
}

const DECIMAL_FIELDS = ['quantity', 'price', 'amount', 'fee', 'tax', 'fx', 'toQuantity'] as const;

/** Reads back a draft that this code wrote as JSON. */
export function draftFromJson(json: DraftJson): LedgerEventDraft {
  const figures = Object.fromEntries(
    DECIMAL_FIELDS.flatMap((field) =>
      json[field] === undefined ? [] : [[field, Decimal.from(json[field] as string)]],
    ),
  );
  const manualPrice = json['manualPrice'] as { price: string; date: LocalDate } | undefined;
  const splitRatio = json['splitRatio'] as { newUnits: string; oldUnits: string } | undefined;
  const lots = json['lots'] as readonly LotPickRow[] | undefined;
  return {
    ...(json as unknown as LedgerEventDraft),
    ...figures,
    ...(lots ? { lots: lots.map(lotPickOf) } : {}),
    ...(manualPrice ? { manualPrice: { price: Decimal.from(manualPrice.price), date: manualPrice.date } } : {}),
    ...(splitRatio
      ? { splitRatio: { newUnits: Decimal.from(splitRatio.newUnits), oldUnits: Decimal.from(splitRatio.oldUnits) } }
      : {}),
  };
}
