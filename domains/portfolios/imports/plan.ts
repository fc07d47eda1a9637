/**
 * Plan: from a workbook and a mapping to what will happen to every row. Pure: nothing is written, the day is passed in.
 * Rows are yielded in file order, so a long file is planned in a stream; every row of an included sheet that holds
 * anything is accounted for.
 */
import { addDays, Decimal, type LocalDate } from '#kernel';
import { checkLedgerEvent, LEDGER_EVENT_ADVICE } from '../ledger-event-check.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { bodyRows, type ColumnReading, headerText, readColumns, RowReader } from './column-reading.ts';
import type { Field } from './field.ts';
import { planHistory } from './history-rows.ts';
import { planHolding } from './holding-rows.ts';
import { issue, type Issue } from './issue.ts';
import { planExact } from './exact-rows.ts';
import type { ImportMapping, SheetMapping } from './mapping.ts';
import { createKeyGiver, type KeylessDraft, type PlannedRow } from './planned-row.ts';
import { presetOf } from './preset.ts';
import { planPreset } from './preset-rows.ts';
import { type PlanContext } from './row-facts.ts';
import { columnLetters, type Sheet, type SheetRow, type Workbook } from './sheet.ts';
import { textKey } from './text-key.ts';
import { planTransaction } from './transaction-rows.ts';

export interface PlanDefaults {
  readonly today: LocalDate;
  /** Currency of the portfolio. */
  readonly currency: string;
  readonly accountName: string;
}

const TOTAL_WORDS =
  /^(?:sub ?total(?:es)?|totale?s?|gran total|grand total|suma|sum|total general|total cartera|total inversion)(?: |$)/;
/** Files from another time zone may be a day ahead. */
const FUTURE_DAYS_ALLOWED = 1;

/** Plans every included sheet, row by row. */
export function* planRows(workbook: Workbook, mapping: ImportMapping, defaults: PlanDefaults): Generator<PlannedRow> {
  const giveKey = createKeyGiver();
  for (const [index, sheet] of workbook.sheets.entries()) {
    const sheetMapping = mapping.sheets[index];
    if (sheetMapping?.isIncluded && sheetMapping.layout !== null) {
      yield* planSheet(sheet, contextOf(sheet, sheetMapping, { mapping, defaults }), giveKey);
    }
  }
}

function contextOf(
  sheet: Sheet,
  sheetMapping: SheetMapping,
  from: { mapping: ImportMapping; defaults: PlanDefaults },
): PlanContext {
  const { mapping, defaults } = from;
  const columns = [...sheetMapping.informationColumns, ...Object.values(sheetMapping.columns)];
  return {
    today: addDays(defaults.today, FUTURE_DAYS_ALLOWED),
    openingDate: mapping.openingDate ?? defaults.today,
    accountName: mapping.accountName ?? defaults.accountName,
    isAccountNamed: mapping.accountName !== null,
    currency: mapping.currency ?? defaults.currency,
    mapping: sheetMapping,
    headerRow: sheet.rows.find(({ row }) => row === sheetMapping.headerRow) ?? null,
    headers: new Map(columns.map((column) => [column, headerText(sheet, sheetMapping, column)])),
  };
}

type Planner = (reader: RowReader, context: PlanContext) => KeylessDraft[] | 'skip' | null;

function plannerOf({ layout, preset }: SheetMapping): Planner {
  const known = presetOf(preset);
  if (known) return known.rules.isExact ? planExact : (reader, context) => planPreset(reader, context, known.rules);
  if (layout === 'history') return planHistory;
  return layout === 'transactions' ? planTransaction : planHolding;
}

function* planSheet(
  sheet: Sheet,
  context: PlanContext,
  giveKey: (draft: KeylessDraft) => LedgerEventDraft,
): Generator<PlannedRow> {
  const columns = readColumns(sheet, context.mapping);
  const plan = plannerOf(context.mapping);
  const totals = new Map<Field, Decimal>();
  for (const row of sheet.rows.filter(({ row: number }) => number < context.mapping.headerRow)) {
    yield skipped(row, context, issue('above_table', 'info', { params: { text: rowText(row) } }));
  }
  for (const row of bodyRows(sheet, context.mapping)) {
    const reader = new RowReader(row, columns);
    const reason = reasonToSkip(reader, columns, totals);
    if (reason) {
      yield skipped(row, context, ...reason);
      continue;
    }
    const drafts = plan(reader, context);
    const shown = shownCells(reader, columns);
    if (drafts === null || drafts === 'skip' || reader.hasError) {
      const status = drafts === 'skip' && !reader.hasError ? 'skipped' : 'error';
      yield { sheet: sheet.name, row: row.row, status, issues: reader.issues, drafts: [], shown };
      continue;
    }
    const refusals = drafts.flatMap(ledgerProblem);
    addToTotals(totals, reader);
    yield refusals.length > 0
      ? { sheet: sheet.name, row: row.row, status: 'error', issues: [...reader.issues, ...refusals], drafts: [], shown }
      : { sheet: sheet.name, row: row.row, status: 'new', issues: reader.issues, drafts: drafts.map(giveKey), shown };
  }
}

/** Asks the ledger's own door, so that nothing is promised in the preview that it would refuse at confirmation. */
function ledgerProblem(draft: KeylessDraft): Issue[] {
  const checked = checkLedgerEvent({ ...draft, idempotencyKey: 'preview' });
  if (checked.ok) return [];
  return [
    issue('ledger_refuses', 'error', {
      params: { advice: LEDGER_EVENT_ADVICE[checked.code], code: checked.code },
    }),
  ];
}

function skipped(row: SheetRow, context: PlanContext, ...issues: Issue[]): PlannedRow {
  return {
    sheet: context.mapping.sheet,
    row: row.row,
    status: 'skipped',
    issues,
    drafts: [],
    shown: [['', rowText(row)]],
  };
}

/** Rows that are not operations: totals (checked against the rows above), repeated headers, titles, loose cells. */
function reasonToSkip(
  reader: RowReader,
  columns: ReadonlyMap<Field, ColumnReading>,
  totals: ReadonlyMap<Field, Decimal>,
): Issue[] | null {
  const { row } = reader;
  const texts = row.cells
    .filter((cell) => cell.kind === 'text')
    .map((cell) => textKey(cell.text))
    .filter(Boolean);
  const first = texts[0] ?? '';
  if (TOTAL_WORDS.test(first)) return [issue('total_row', 'info'), ...totalCheck(reader, totals)];
  const mapped = [...columns.values()].filter(({ column }) => row.cells.some((cell) => cell.column === column));
  if (mapped.length === 0) return [issue('outside_table', 'info', { params: { text: rowText(row) } })];
  const repeats = mapped.filter(
    ({ field, header }) => textKey(reader.text(field) ?? '') === textKey(header) && header !== '',
  ).length;
  if (repeats >= 2 && repeats * 2 > mapped.length) return [issue('repeated_header', 'info')];
  const hasFigure = mapped.some(({ field }) => FIGURES.has(field));
  if (!hasFigure && row.cells.length === 1) return [issue('section_title', 'info', { params: { text: rowText(row) } })];
  const isNameless =
    !NAMES.some((field) => reader.text(field) !== null) && !columns.has('date') && !columns.has('buy_date');
  if (!isNameless || !hasFigure) return null;
  // Sums under a table often carry no word at all: a row without a name whose figure is the sum above is one.
  const check = totalCheck(reader, totals);
  return check.some(({ code }) => code === 'total_matches') ? [issue('total_row', 'info'), ...check] : null;
}

const NAMES = ['name', 'symbol', 'identifier', 'isin'] as const satisfies readonly Field[];
const FIGURES = new Set<Field>([
  'quantity',
  'price',
  'amount',
  'net_amount',
  'cost',
  'value',
  'gain',
  'fee',
  'tax',
  'proceeds',
  'sell_price',
  'buy_date',
  'sell_date',
  'date',
]);
const SUMMED = ['cost', 'value', 'proceeds'] as const satisfies readonly Field[];

function addToTotals(totals: Map<Field, Decimal>, reader: RowReader): void {
  for (const field of SUMMED) {
    const figure = reader.figure(field, 'warning');
    if (figure) totals.set(field, (totals.get(field) ?? Decimal.zero).plus(figure.value));
  }
}

/** A file that adds itself up right was read right. */
function totalCheck(reader: RowReader, totals: ReadonlyMap<Field, Decimal>): Issue[] {
  return SUMMED.flatMap((field) => {
    const written = new RowReader(reader.row, reader.columns).figure(field, 'info')?.value;
    const sum = totals.get(field);
    if (!written || !sum || written.isZero) return [];
    const gap = written.minus(sum).absolute();
    const facts = { cell: reader.addressOf(field), params: { written: written.toString(), sum: sum.toString() } };
    return [
      gap.compare(Decimal.one) <= 0 ? issue('total_matches', 'info', facts) : issue('total_differs', 'warning', facts),
    ];
  });
}

function shownCells(reader: RowReader, columns: ReadonlyMap<Field, ColumnReading>): [string, string][] {
  return [...columns.values()]
    .toSorted((a, b) => a.column - b.column)
    .flatMap(({ field, header, column }) => {
      const cell = reader.cell(field);
      const percent = cell?.kind === 'number' && cell.unit === '%';
      const text = percent
        ? `${Decimal.from(cell.text).times(Decimal.from('100')).toString()} %`
        : (cell?.text.trim().slice(0, 120) ?? '');
      return text === '' ? [] : [[header || columnLetters(column), text] as [string, string]];
    });
}

function rowText(row: SheetRow): string {
  return row.cells
    .slice(0, 8)
    .map((cell) => cell.text.trim().slice(0, 40))
    .join(' | ')
    .slice(0, 160);
}
