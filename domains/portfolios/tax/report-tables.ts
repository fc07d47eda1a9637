/**
 * The yearly report as plain tables: titles, heads and rows of text in both languages, for a spreadsheet, a PDF or any other
 * reader. Figures are decimal text with a dot; an unknown one is empty.
 */
import type { Decimal } from '#kernel';
import type { Transmission, TaxReport } from './yearly-report.ts';

export type ReportLanguage = 'es' | 'en';
type Words = Readonly<Record<ReportLanguage, string>>;

export interface ReportTable {
  readonly id: string;
  readonly title: Words;
  readonly columns: readonly { readonly head: Words; readonly kind: 'text' | 'day' | 'quantity' | 'money' }[];
  readonly rows: readonly (readonly string[])[];
}

/** Names a reader knows, for the ids of a report. */
export type NameOf = (instrumentId: string) => { readonly name: string; readonly isin: string | null };

type ColumnKind = ReportTable['columns'][number]['kind'];
type ColumnOf<Row> = readonly [es: string, en: string, kind: ColumnKind, cell: (row: Row) => string];

/** Every part of a report, those without rows too. */
export function reportTables(report: TaxReport, nameOf: NameOf): ReportTable[] {
  return [
    table('transmissions', ['Transmisiones', 'Transmissions'], report.transmissions, transmissionColumns(nameOf)),
    table('counted_losses', ['Pérdidas diferidas que computan', 'Deferred losses that count'], report.countedLosses, [
      ...lossColumns(nameOf),
      ['Computa el', 'Counts on', 'day', (loss) => loss.endedOn ?? ''],
    ]),
    incomeTable(report, nameOf),
    table('waiting', ['Pérdidas diferidas a fin de año', 'Losses that wait at the end of the year'], report.waiting, [
      ...lossColumns(nameOf),
      ['Activo que la retiene', 'Held in', 'text', (loss) => nameOf(loss.heldIn.instrumentId).name],
      ['Comprado el', 'Bought on', 'day', (loss) => loss.heldIn.openedOn],
    ]),
    table('at_risk', ['Pérdidas que una recompra diferiría', 'Losses a repurchase would defer'], report.atRisk, [
      ...lossColumns(nameOf),
      ['Hasta el', 'Until', 'day', (loss) => loss.until],
    ]),
    table('fees', ['Comisiones aparte', 'Fees apart'], report.fees, [
      ['Fecha', 'Date', 'day', (fee) => fee.date],
      ['Activo', 'Instrument', 'text', (fee) => nameOrEmpty(fee.instrumentId, nameOf)],
      ['Importe', 'Amount', 'money', (fee) => textOf(fee.amount)],
    ]),
    compensationTable(report),
    totalsTable(report),
  ];
}

function table<Row>(
  id: string,
  [es, en]: readonly [string, string],
  rows: readonly Row[],
  columns: readonly ColumnOf<Row>[],
): ReportTable {
  return {
    id,
    title: { es, en },
    columns: columns.map(([headEs, headEn, kind]) => ({ head: { es: headEs, en: headEn }, kind })),
    rows: rows.map((row) => columns.map(([, , , cell]) => cell(row))),
  };
}

function transmissionColumns(nameOf: NameOf): readonly ColumnOf<Transmission>[] {
  return [
    ['Activo', 'Instrument', 'text', (part) => nameOf(part.instrumentId).name],
    ['ISIN', 'ISIN', 'text', (part) => nameOf(part.instrumentId).isin ?? ''],
    ['Base', 'Basket', 'text', (part) => part.basket],
    ['Unidades', 'Units', 'quantity', (part) => part.quantity.toString()],
    ['Fecha de adquisición', 'Acquired on', 'day', (part) => (part.isOpenedOnKnown ? part.openedOn : '')],
    ['Fecha de transmisión', 'Transmitted on', 'day', (part) => part.soldOn],
    ['Valor de adquisición', 'Acquisition value', 'money', (part) => textOf(part.acquisitionValue)],
    ['Valor de transmisión', 'Transmission value', 'money', (part) => textOf(part.transmissionValue)],
    ['Ganancia o pérdida', 'Gain or loss', 'money', (part) => textOf(part.gain)],
    ['Del precio', 'Of the price', 'money', (part) => textOf(part.priceGain)],
    ['Del cambio', 'Of the exchange rate', 'money', (part) => textOf(part.fxGain)],
    ['Pérdida diferida', 'Deferred loss', 'money', (part) => textOf(part.deferred)],
    ['Computa', 'Counts', 'money', (part) => textOf(part.counted)],
    ['Retenido', 'Withheld', 'money', (part) => textOf(part.withheld)],
  ];
}

type Loss = TaxReport['waiting'][number] | TaxReport['atRisk'][number];

function lossColumns(nameOf: NameOf): readonly ColumnOf<Loss>[] {
  return [
    ['Activo', 'Instrument', 'text', (loss) => nameOf(loss.part.instrumentId).name],
    ['Vendido el', 'Sold on', 'day', (loss) => loss.part.soldOn],
    ['Unidades', 'Units', 'quantity', (loss) => loss.units.toString()],
    ['Pérdida', 'Loss', 'money', (loss) => textOf(loss.loss)],
  ];
}

function incomeTable(report: TaxReport, nameOf: NameOf): ReportTable {
  return table('income', ['Dividendos e intereses', 'Dividends and interest'], report.income, [
    ['Fecha', 'Date', 'day', (row) => row.date],
    ['Activo', 'Instrument', 'text', (row) => nameOrEmpty(row.instrumentId, nameOf)],
    ['Tipo', 'Kind', 'text', (row) => row.kind],
    ['País', 'Country', 'text', (row) => row.country ?? ''],
    ['Íntegro', 'Gross', 'money', (row) => textOf(row.gross)],
    ['Retención en España', 'Withheld at home', 'money', (row) => textOf(row.withheld)],
    ['Impuesto extranjero', 'Foreign tax', 'money', (row) => textOf(row.foreignTax)],
    ['Impuesto sin país', 'Tax without a country', 'money', (row) => textOf(row.unassignedTax)],
  ]);
}

function compensationTable({ compensation }: TaxReport): ReportTable {
  const steps = compensation?.steps.map(({ from, against, amount }) => ['used', from, against, amount] as const) ?? [];
  const carried = compensation?.carried.map((loss) => ['carried', loss, '', loss.amount] as const) ?? [];
  const expired = compensation?.expired.map((loss) => ['expired', loss, '', loss.amount] as const) ?? [];
  return table(
    'compensation',
    ['Compensación de pérdidas', 'Losses set off'],
    [...steps, ...carried, ...expired],
    [
      ['Qué', 'What', 'text', ([what]) => what],
      ['Año de la pérdida', 'Year of the loss', 'text', ([, from]) => String(from.year)],
      ['Base', 'Basket', 'text', ([, from]) => from.basket],
      ['Contra', 'Against', 'text', ([, , against]) => against],
      ['Importe', 'Amount', 'money', ([, , , amount]) => textOf(amount)],
    ],
  );
}

function totalsTable({ totals, compensation, savingsTax }: TaxReport): ReportTable {
  const rows: readonly (readonly [string, string, Decimal | null])[] = [
    ['Valor de adquisición', 'Acquisition value', totals.acquisitionValue],
    ['Valor de transmisión', 'Transmission value', totals.transmissionValue],
    ['Ganancias', 'Gains', totals.gains.positive],
    ['Pérdidas que computan', 'Losses that count', totals.gains.negative],
    ['Saldo de ganancias y pérdidas', 'Balance of gains and losses', totals.gains.net],
    ['Rendimientos del capital mobiliario', 'Income of capital', totals.income.net],
    ['Pérdidas diferidas del año', 'Losses deferred this year', totals.deferred],
    ['Retenciones', 'Withheld at home', totals.withheld],
    ['Impuesto extranjero', 'Foreign tax', totals.foreignTax],
    ['Impuesto sin país', 'Tax without a country', totals.unassignedTax],
    ['Comisiones aparte', 'Fees apart', totals.fees],
    ['Base del ahorro', 'Savings base', compensation?.base ?? null],
    ['Cuota de la base sola', 'Tax on the base alone', savingsTax],
  ];
  return {
    ...table('totals', ['Totales', 'Totals'], rows, [
      ['Concepto', 'Item', 'text', ([es]) => es],
      ['Item', 'Item', 'text', ([, en]) => en],
      ['Importe', 'Amount', 'money', ([, , amount]) => textOf(amount)],
    ]),
  };
}

export interface CsvForm {
  readonly language: ReportLanguage;
  /** Comma for decimals and a semicolon between cells, as a Spanish spreadsheet reads it; else dot and comma. */
  readonly decimalMark: '.' | ',';
}

/** The tables one below the other as CSV. A text that a spreadsheet would run as a formula is kept a text. */
export function reportCsv(tables: readonly ReportTable[], { language, decimalMark }: CsvForm): string {
  const separator = decimalMark === ',' ? ';' : ',';
  const lineOf = (cells: readonly string[]): string => cells.map((cell) => quoted(cell, separator)).join(separator);
  return tables
    .map(({ title, columns, rows }) => {
      const heads = columns.map(({ head }) => head[language]);
      const body = rows.map((cells) =>
        lineOf(cells.map((cell, index) => shown(cell, columns[index]?.kind ?? 'text', decimalMark))),
      );
      return [lineOf([title[language]]), lineOf(heads), ...body].join('\r\n');
    })
    .join('\r\n\r\n')
    .concat('\r\n');
}

function shown(cell: string, kind: ColumnKind, decimalMark: CsvForm['decimalMark']): string {
  if (kind === 'money' || kind === 'quantity') return decimalMark === ',' ? cell.replace('.', ',') : cell;
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string, separator: string): string {
  return cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function nameOrEmpty(instrumentId: string | null, nameOf: NameOf): string {
  return instrumentId === null ? '' : nameOf(instrumentId).name;
}

function textOf(figure: Decimal | null): string {
  return figure === null ? '' : figure.toFixed(2);
}
