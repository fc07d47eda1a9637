/** Why a batch of events was refused, row by row. */
import type { LedgerEvent } from './ledger-event-check.ts';

/** One reason a batch was refused, with the row it is about. `code` may come from the event, its instrument or its price. */
export interface RecordProblem {
  readonly code: string;
  readonly field: string;
  readonly sheet: string;
  readonly row: number;
  readonly [fact: string]: unknown;
}

/** The row an event came from. */
export function rowOf({ source }: { readonly source: LedgerEvent['source'] }): {
  readonly sheet: string;
  readonly row: number;
} {
  return { sheet: source.sheet, row: source.row };
}
