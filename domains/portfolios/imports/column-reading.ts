/**
 * Column reading: how each mapped column of a sheet writes its figures and days, decided from the whole column, then
 * from the person's answer, then from the rest of the sheet; and a reader of single rows that follows those decisions.
 */
import { Decimal, type LocalDate, parseLocalDate } from '#kernel';
import { type DayOrder, decideOrder, orderEvidence, parseDay } from './day.ts';
import { type Field, fieldKind } from './field.ts';
import { type DecimalMark, decideMark, markEvidence, parseFigure } from './figure.ts';
import { issue, type Issue, type Severity } from './issue.ts';
import type { SheetMapping } from './mapping.ts';
import { type Cell, cellAt, columnLetters, type Sheet, type SheetRow } from './sheet.ts';
import { currencyIn, textKey } from './text-key.ts';

export interface ColumnReading {
  readonly field: Field;
  readonly column: number;
  readonly header: string;
  readonly mark: DecimalMark | null;
  readonly order: DayOrder | null;
  /** Why it is read so: its own figures, the person's answer, the rest of the sheet, or nothing needed deciding. */
  readonly basis: 'column' | 'answer' | 'sheet' | 'language' | 'undecided' | 'mixed' | 'nothing';
  readonly example: string | null;
  readonly currency: string | null;
}

export interface ReadFigure {
  readonly value: Decimal;
  readonly isPercent: boolean;
  /** Named by the cell's text or its number format. */
  readonly currency: string | null;
  readonly shown: string;
  readonly cell: string;
}

/** Words that only a Spanish header has: their days are written day first. */
const SPANISH_HEADER = /fecha|compra|venta|operacion|cantidad|precio|importe|divisa|ganancia/;

/** Decides every mapped column of a sheet. */
export function readColumns(sheet: Sheet, mapping: SheetMapping): Map<Field, ColumnReading> {
  const body = bodyRows(sheet, mapping);
  const own = (Object.entries(mapping.columns) as [Field, number][]).map(([field, column]) => ({
    field,
    column,
    header: headerText(sheet, mapping, column),
    texts: body.flatMap((row) =>
      row.cells.filter((cell) => cell.column === column && cell.kind === 'text').map((cell) => cell.text),
    ),
  }));
  const figureMarks = own.filter(({ field }) => fieldKind(field) === 'figure').map(({ texts }) => decideMark(texts));
  const provenMarks = new Set(figureMarks.flatMap(({ mark }) => mark ?? []));
  const sheetMark = provenMarks.size === 1 ? [...provenMarks][0] : undefined;
  const sheetExample = figureMarks.find(({ mark }) => mark !== null)?.example ?? null;
  const isSpanish = own.some(({ header }) => SPANISH_HEADER.test(textKey(header)));
  const readings = own.map(({ field, column, header, texts }): ColumnReading => {
    const common = { field, column, header, currency: currencyIn(header), mark: null, order: null };
    if (fieldKind(field) === 'day') return { ...common, ...dayOrderOf(texts, mapping.dayOrder, isSpanish) };
    if (fieldKind(field) === 'text') return { ...common, basis: 'nothing', example: null };
    return { ...common, ...markOf(texts, mapping.decimalMark, { sheetMark, sheetExample }) };
  });
  return new Map(readings.map((reading) => [reading.field, reading]));
}

type Decided<Key extends 'mark' | 'order'> = Pick<ColumnReading, Key | 'basis' | 'example'>;

function markOf(
  texts: readonly string[],
  answer: DecimalMark | null,
  rest: { sheetMark: DecimalMark | undefined; sheetExample: string | null },
): Decided<'mark'> {
  const decision = decideMark(texts);
  if (decision.basis === 'column' || decision.basis === 'nothing')
    return { mark: decision.mark, basis: decision.basis, example: decision.example };
  if (answer) return { mark: answer, basis: 'answer', example: decision.example };
  if (decision.basis === 'undecided' && rest.sheetMark)
    return { mark: rest.sheetMark, basis: 'sheet', example: rest.sheetExample };
  return { mark: null, basis: decision.basis === 'mixed' ? 'mixed' : 'undecided', example: decision.example };
}

function dayOrderOf(texts: readonly string[], answer: DayOrder | null, isSpanish: boolean): Decided<'order'> {
  const decision = decideOrder(texts);
  if (decision.basis === 'column' || decision.basis === 'nothing')
    return { order: decision.order, basis: decision.basis, example: decision.example };
  if (answer) return { order: answer, basis: 'answer', example: decision.example };
  if (decision.basis === 'undecided' && isSpanish)
    return { order: 'dmy', basis: 'language', example: decision.example };
  return { order: null, basis: decision.basis === 'mixed' ? 'mixed' : 'undecided', example: decision.example };
}

export function bodyRows(sheet: Sheet, mapping: SheetMapping): readonly SheetRow[] {
  const lastHeaderRow = mapping.headerRow + mapping.headerRowCount - 1;
  return sheet.rows.filter((row) => row.row > lastHeaderRow);
}

export function headerText(sheet: Sheet, mapping: SheetMapping, column: number): string {
  const parts = sheet.rows
    .filter((row) => row.row >= mapping.headerRow && row.row < mapping.headerRow + mapping.headerRowCount)
    .flatMap((row) => cellAt(row, column)?.text.replaceAll(/\s+/g, ' ').trim() ?? []);
  return parts.join(' ');
}

/** Reads the mapped cells of one row and gathers what there is to say about them. */
export class RowReader {
  readonly row: SheetRow;
  readonly issues: Issue[] = [];
  readonly columns: ReadonlyMap<Field, ColumnReading>;
  /** Each figure is read, and complained about, once. */
  readonly #figures = new Map<Field, ReadFigure | null>();

  constructor(row: SheetRow, columns: ReadonlyMap<Field, ColumnReading>) {
    this.row = row;
    this.columns = columns;
  }

  cell(field: Field): Cell | undefined {
    const column = this.columns.get(field)?.column;
    return column === undefined ? undefined : cellAt(this.row, column);
  }

  addressOf(field: Field): string {
    return `${columnLetters(this.columns.get(field)?.column ?? 1)}${this.row.row}`;
  }

  headerCurrency(field: Field): string | null {
    return this.columns.get(field)?.currency ?? null;
  }

  headerOf(field: Field): string {
    return this.columns.get(field)?.header ?? '';
  }

  say(code: Issue['code'], severity: Severity, facts: { field?: Field; params?: Record<string, string> } = {}): void {
    const cell = facts.field === undefined ? {} : { cell: this.addressOf(facts.field) };
    this.issues.push(issue(code, severity, { ...cell, ...(facts.params ? { params: facts.params } : {}) }));
  }

  get hasError(): boolean {
    return this.issues.some(({ severity }) => severity === 'error');
  }

  text(field: Field): string | null {
    const cell = this.cell(field);
    if (!cell || cell.kind === 'error') return null;
    const text = cell.text.replaceAll(/[\s\u00a0]+/g, ' ').trim();
    return text === '' || /^[-–—]+$/.test(text) ? null : text;
  }

  /** A figure, or null with an issue when the cell holds something else; blank and dashes are no figure and no issue. */
  figure(field: Field, severity: Severity = 'error'): ReadFigure | null {
    const known = this.#figures.get(field);
    if (known !== undefined) return known;
    const figure = this.#readFigure(field, severity);
    this.#figures.set(field, figure);
    return figure;
  }

  #readFigure(field: Field, severity: Severity): ReadFigure | null {
    const cell = this.cell(field);
    const column = this.columns.get(field);
    if (!cell || !column) return null;
    const facts = { field, params: { text: cell.text.trim().slice(0, 60) } };
    const address = this.addressOf(field);
    switch (cell.kind) {
      case 'error':
        this.say('cell_has_error', severity, facts);
        return null;
      case 'number': {
        const value = Decimal.from(cell.text);
        const isPercent = cell.unit === '%';
        // The stored figure of a percent cell is the ratio; everywhere else a percent is the number before its sign.
        return {
          value: isPercent ? value.times(Decimal.from('100')) : value,
          isPercent,
          currency: isPercent ? null : (cell.unit ?? null),
          shown: cell.text,
          cell: address,
        };
      }
      case 'text':
        return this.#figureText(cell.text, column, severity, facts);
      case 'date':
      case 'boolean':
        this.say('figure_unreadable', severity, facts);
        return null;
    }
  }

  #figureText(
    text: string,
    column: ColumnReading,
    severity: Severity,
    facts: { field: Field; params: Record<string, string> },
  ): ReadFigure | null {
    const trimmed = text.trim();
    if (/^(?:[-–—]+|n\/?a|s\/?d)$/i.test(trimmed)) return null;
    const evidence = markEvidence(trimmed);
    if (evidence === 'ambiguous' && column.mark === null) {
      this.say('figure_ambiguous', severity, facts);
      return null;
    }
    // In a mixed column each figure that can mean one thing is read as that; only the open ones are refused above.
    const mark = column.basis === 'mixed' && (evidence === ',' || evidence === '.') ? evidence : (column.mark ?? '.');
    const figure = parseFigure(trimmed, mark);
    if (!figure) {
      this.say('figure_unreadable', severity, facts);
      return null;
    }
    return { ...figure, shown: trimmed, cell: this.addressOf(facts.field) };
  }

  /** A day, or null with an issue when the cell holds something else. */
  day(field: Field): LocalDate | null {
    const cell = this.cell(field);
    const column = this.columns.get(field);
    if (!cell || !column) return null;
    const facts = { field, params: { text: cell.text.trim().slice(0, 60) } };
    if (cell.kind === 'error') {
      this.say('cell_has_error', 'error', facts);
      return null;
    }
    if (cell.kind === 'date') return parseLocalDate(cell.text.slice(0, 10));
    if (this.text(field) === null) return null;
    const day = parseDay(cell.text, column.order);
    if (day) return day;
    const isOpen = orderEvidence(cell.text.trim()) === 'ambiguous' && column.order === null;
    this.say(isOpen ? 'day_ambiguous' : 'day_unreadable', 'error', facts);
    return null;
  }
}
