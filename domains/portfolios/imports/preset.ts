/**
 * Preset: how one known file is read: recognised by its heads, then columns, number style and the meaning of its words as
 * data. A preset never guesses: a word it does not know is an error of that row, told with its cell.
 */
import type { InstrumentKind, LedgerEventType } from '../ledger-event.ts';
import type { DayOrder } from './day.ts';
import type { Field } from './field.ts';
import type { DecimalMark } from './figure.ts';
import type { Words } from './issue.ts';
import { BROKER_PRESETS } from './preset-catalogue.ts';
import type { Sheet, SheetRow } from './sheet.ts';
import { textKey } from './text-key.ts';

/** A head in any of its languages; `after` is the column so many places behind one that has no head of its own. */
export type ColumnPlace =
  | string
  | readonly string[]
  | { readonly head: string | readonly string[]; readonly after: number };

/**
 * What a word of the file means; `trade` and `cash` take the direction from the sign of the figure. A signed tax or fee is
 * charged when negative and given back when positive.
 */
export type PresetMeaning = LedgerEventType | 'trade' | 'cash' | 'signed_tax' | 'signed_fee' | 'leave_out';

export interface Preset {
  readonly id: string;
  readonly broker: string;
  /** What the broker calls the file. */
  readonly document: Words;
  /** Heads that must all be there. */
  readonly heads: readonly (string | readonly string[])[];
  /** Name of the section, in a file of several tables under one another. */
  readonly section?: string;
  readonly columns: Readonly<Partial<Record<Field, ColumnPlace>>>;
  readonly decimalMark: DecimalMark | null;
  readonly dayOrder: DayOrder | null;
  readonly rules: PresetRules;
}

export interface PresetRules {
  /** Every field is written as the ledger keeps it: nothing is derived, guessed or tidied. */
  readonly isExact?: true;
  /** Words of the type column, as patterns over their text key; the first that fits decides. */
  readonly meanings?: readonly (readonly [pattern: RegExp, meaning: PresetMeaning])[];
  /** Without a type column: what every row is. */
  readonly always?: PresetMeaning;
  /** Rows whose columns do not hold one of these words are no operations. */
  readonly only?: readonly { readonly place: ColumnPlace; readonly words: readonly string[] }[];
  /** The symbol is a market such as `BTC/EUR` or `XXBTZEUR`: what is traded, then what it is paid in. */
  readonly isPair?: true;
  /** Figures carry their unit behind them: `0.5BTC` bought for `300EUR`. */
  readonly hasUnits?: true;
  readonly kind?: InstrumentKind;
  /** Account of the rows, which the file does not name. */
  readonly account?: string;
  /** The instrument stands in the text of the note: groups `symbol` and `isin`. */
  readonly instrumentInNote?: RegExp;
  /** Another charge, in the currency of the row. */
  readonly extraFee?: ColumnPlace;
  /** Currency of the instrument's price, where the row is in another one. */
  readonly instrumentCurrency?: ColumnPlace;
}

export interface PresetMatch {
  readonly preset: Preset;
  readonly headerRow: SheetRow;
}

const HEADER_SEARCH_ROWS = 40; // Some files open with a title block.

/** The preset whose heads a sheet has, with the row they stand in; the one with most heads when several fit. */
export function findPreset(sheet: Sheet): PresetMatch | null {
  let best: PresetMatch | null = null;
  for (const row of sheet.rows.slice(0, HEADER_SEARCH_ROWS)) {
    const heads = new Set(row.cells.map((cell) => headKey(cell.text)));
    for (const preset of BROKER_PRESETS) {
      const section = preset.section === undefined || textKey(sheet.name) === textKey(preset.section);
      if (!section || !preset.heads.every((head) => namesOf(head).some((name) => heads.has(headKey(name))))) continue;
      if (!best || preset.heads.length > best.preset.heads.length) best = { preset, headerRow: row };
    }
  }
  return best;
}

/** A preset by its id; null for one that is gone, or none. */
export function presetOf(id: string | null | undefined): Preset | null {
  return (id !== null && id !== undefined && BROKER_PRESETS.find((preset) => preset.id === id)) || null;
}

/** The column of a place in a header row; null when the file has none. */
export function columnAt(place: ColumnPlace, header: SheetRow): number | null {
  const isBehind = typeof place === 'object' && 'head' in place;
  const wanted = namesOf(isBehind ? place.head : place).map(headKey);
  const cell = header.cells.find(({ text }) => wanted.includes(headKey(text)));
  return cell ? cell.column + (isBehind ? place.after : 0) : null;
}

function namesOf(head: string | readonly string[]): readonly string[] {
  return typeof head === 'string' ? [head] : head;
}

/** Heads compare like every text, but `to_isin` and `to isin` are two: the ledger's own heads are exact. */
function headKey(text: string): string {
  return text.includes('_') ? text.trim().toLowerCase() : textKey(text);
}
