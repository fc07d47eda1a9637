/**
 * Report document: the facts of a report as a declarative document (pdfmake). Pure: no clock, no files; fonts and bytes are the
 * thread's. Order: cover, summary, performance, allocation, positions, contributions, operations, notes.
 */
import { Decimal } from '#kernel';
import type { Content, ContentTable, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { COLOURS, colourOf, lineChart, LOGO, weightBar } from './report-charts.ts';
import type { ReportFacts, ReportPosition } from './report-facts.ts';
import { numbersOf, type ReportNumbers } from './report-numbers.ts';
import { type ReportWord, type Say, wordFor, wordsOf } from './report-texts.ts';

const ALLOCATION_ROWS_MAX = 7; // As many as there are colours to tell apart.
const DAYS_A_YEAR = 365; // No return under a year is told as yearly.
const CONTRIBUTIONS_MAX = 20; // What a person reads; the page has them all.
const MARKS = { stale: '1', simulated: '2', manual: '3', missing: '4' } as const;

interface Writing {
  readonly facts: ReportFacts;
  readonly say: Say;
  readonly numbers: ReportNumbers;
}

/** The document of a report. */
export function reportDocument(facts: ReportFacts): TDocumentDefinitions {
  const writing: Writing = { facts, say: wordsOf(facts.language), numbers: numbersOf(facts.language) };
  const { say, numbers } = writing;
  const period = say('period', { from: numbers.day(facts.from), to: numbers.day(facts.to) });
  return {
    pageSize: 'A4',
    pageMargins: [40, 56, 40, 48],
    language: facts.language,
    displayTitle: true,
    info: { title: `${say('title')}: ${facts.name}`, subject: period, creator: 'Cactus', producer: 'Cactus' },
    defaultStyle: { font: 'Roboto', fontSize: 8.5, color: COLOURS.fg, lineHeight: 1.15 },
    styles: {
      heading: { fontSize: 15, bold: true, margin: [0, 14, 0, 6] },
      head: { fontSize: 7.5, color: COLOURS.muted },
      lead: { fontSize: 8, color: COLOURS.muted, margin: [0, 0, 0, 6] },
    },
    header: (page) => (page === 1 ? null : pageHead(facts.name, period)),
    footer: (page, count) => ({
      margin: [40, 16, 40, 0],
      columns: [
        { text: say('tagline'), fontSize: 7, color: COLOURS.muted },
        { text: say('page', { page, count }), fontSize: 7, color: COLOURS.muted, alignment: 'right' },
      ],
    }),
    content: [
      cover(writing, period),
      ...summary(writing),
      ...performance(writing),
      ...allocation(writing),
      ...positions(writing),
      ...contributionTable(writing),
      ...operations(writing),
      ...notes(writing),
    ],
  };
}

function pageHead(name: string, period: string): Content {
  return {
    margin: [40, 22, 40, 0],
    columns: [
      { svg: LOGO, width: 14 },
      { text: name, fontSize: 8, bold: true, margin: [6, 2, 0, 0] },
      { text: period, fontSize: 8, color: COLOURS.muted, alignment: 'right', margin: [0, 2, 0, 0] },
    ],
  };
}

function cover({ facts, say, numbers }: Writing, period: string): Content {
  const { totals, valueKnown, currency } = facts;
  const isKnown = totals.value !== null;
  return {
    stack: [
      {
        columns: [
          { svg: LOGO, width: 40 },
          { text: 'Cactus', fontSize: 22, bold: true, margin: [10, 8, 0, 0] },
        ],
      },
      { text: say('title'), fontSize: 12, color: COLOURS.muted, margin: [0, 150, 0, 4] },
      { text: facts.name, fontSize: 30, bold: true, lineHeight: 1.1 },
      { text: period, fontSize: 12, margin: [0, 8, 0, 40] },
      { text: say(isKnown ? 'value' : 'valueKnown'), fontSize: 10, color: COLOURS.muted },
      { text: numbers.money(totals.value ?? valueKnown, currency), fontSize: 26, bold: true, margin: [0, 0, 0, 40] },
      {
        text: say('madeOn', { date: numbers.day(facts.madeOn), version: facts.ledgerVersion }),
        color: COLOURS.muted,
      },
      { text: say('disclaimer'), fontSize: 7.5, color: COLOURS.muted, margin: [0, 190, 0, 0] },
    ],
    pageBreak: 'after',
  };
}

function heading(text: string): Content {
  return { text, style: 'heading', headlineLevel: 1, outline: true };
}

function summary({ facts, say, numbers }: Writing): Content[] {
  const { totals, currency, contributions } = facts;
  const row = (word: ReportWord, amount: string | null): TableCell[] => [
    { text: say(word) },
    { text: numbers.money(amount, currency), alignment: 'right', color: signColour(amount, word) },
  ];
  const whole: [ReportWord, string | null][] = [
    ['value', totals.value],
    ...(totals.value === null ? ([['valueKnown', facts.valueKnown]] as [ReportWord, string][]) : []),
    ['cost', totals.cost],
    ['unrealised', totals.unrealised],
    ['realised', totals.realised],
    ['income', totals.income],
    ['fees', totals.fees],
    ['taxes', totals.taxes],
    ['netFlows', totals.netFlows],
    ['profit', totals.profit],
  ];
  const body = [...whole.map(([word, amount]) => row(word, amount)), row('periodProfit', contributions.profit)];
  return [
    heading(say('summary')),
    { text: say('sinceStart', { to: numbers.day(facts.to) }), style: 'lead' },
    plainTable(['*', 140], [[], ...body].slice(1)),
  ];
}

/** Green and red say gain and loss only; the sign is always there too. */
function signColour(amount: string | null, word: ReportWord): string {
  if (amount === null || !['profit', 'unrealised', 'realised', 'periodProfit'].includes(word)) return COLOURS.fg;
  const { sign } = Decimal.from(amount);
  return sign > 0 ? COLOURS.gain : sign < 0 ? COLOURS.loss : COLOURS.fg;
}

function performance({ facts, say, numbers }: Writing): Content[] {
  const { twr, xirr, modifiedDietz, maxDrawdown, volatility, series, dayCount } = facts.performance;
  const isYear = dayCount >= DAYS_A_YEAR;
  const rows: (readonly [ReportWord, Pick<typeof modifiedDietz, 'value' | 'reason'>])[] = [
    ['twr', twr],
    ['twrAnnual', twr.annual],
    isYear ? ['xirr', xirr] : ['xirrPeriod', xirr.period],
    ['dietz', modifiedDietz],
    ['drawdown', maxDrawdown],
    ['volatility', volatility],
  ];
  const body = rows.map(([word, { value, reason }]): TableCell[] => [
    { text: say(word) },
    {
      text: reason === null ? '' : say(wordFor('reason', reason, 'reason_other')),
      color: COLOURS.muted,
      fontSize: 7.5,
    },
    { text: numbers.percent(value), alignment: 'right' },
  ]);
  const chart = lineChart(series, numbers);
  const { estimatedDayCount } = facts.performance;
  return [
    heading(say('performance')),
    plainTable([190, '*', 80], body),
    { text: say('convention'), style: 'lead', margin: [0, 6, 0, 10] },
    { text: say('valueChart'), bold: true, margin: [0, 0, 0, 4] },
    chart === null ? { text: say('chartGap'), style: 'lead' } : { svg: chart },
    {
      text: [
        { text: '—— ', color: COLOURS.accent },
        say('chartValue'),
        { text: '     - - - ', color: COLOURS.muted },
        `${say('chartInvested')} (${facts.currency})`,
      ],
      fontSize: 7.5,
      margin: [44, 2, 0, 0],
    },
    ...(estimatedDayCount > 0
      ? [
          {
            text: say('estimated', { count: estimatedDayCount }),
            style: 'lead',
            margin: [0, 6, 0, 0] as [number, number, number, number],
          },
        ]
      : []),
  ];
}

function allocation({ facts, say, numbers }: Writing): Content[] {
  const classes = classesOf(facts);
  const total = Decimal.sum(classes.map(({ value }) => value));
  if (total.sign <= 0 || classes.some(({ value }) => value.sign < 0)) return [];
  const weights = classes.map(({ value }) => value.toStatistic() / total.toStatistic());
  const body = classes.map(({ kind, value }, index): TableCell[] => [
    { canvas: [{ type: 'rect', x: 0, y: 2, w: 8, h: 8, color: colourOf(index) }] },
    { text: say(wordFor('kind', kind, 'kind_other')) },
    { text: numbers.money(value.toString(), facts.currency), alignment: 'right' },
    { text: numbers.percent(weights[index] ?? null), alignment: 'right' },
  ]);
  const stack: Content[] = [
    heading(say('allocation')),
    { svg: weightBar(weights), margin: [0, 0, 0, 6] },
    plainTable([12, '*', 110, 60], body),
  ];
  return [{ stack, unbreakable: true }];
}

/** Known values by class, largest first; the smallest together when there are more than colours. */
function classesOf({ positions: held, cash }: ReportFacts): { readonly kind: string; readonly value: Decimal }[] {
  const sums = new Map<string, Decimal>();
  const add = (kind: string, value: string | null): void => {
    if (value !== null) sums.set(kind, (sums.get(kind) ?? Decimal.zero).plus(Decimal.from(value)));
  };
  for (const { kind, value } of held) add(kind, value);
  for (const { value } of cash) add('cash', value);
  const all = [...sums].map(([kind, value]) => ({ kind, value })).toSorted((a, b) => b.value.compare(a.value));
  const rest = all.slice(ALLOCATION_ROWS_MAX - 1);
  if (rest.length <= 1) return all;
  const value = Decimal.sum(rest.map((entry) => entry.value));
  return [...all.slice(0, ALLOCATION_ROWS_MAX - 1), { kind: 'other', value }];
}

function positions({ facts, say, numbers }: Writing): Content[] {
  const { positions: held, cash, currency } = facts;
  if (held.length === 0 && cash.length === 0) return [heading(say('positions')), { text: say('noPositions') }];
  const body = held.toSorted(byValue).map((position): TableCell[] => [
    { text: position.code === '' ? position.name : `${position.name} · ${position.code}` },
    right(numbers.quantity(position.quantity)),
    {
      text: [
        position.price === null ? '—' : `${numbers.quantity(position.price)} ${position.priceCurrency ?? ''}`,
        ...(position.state === 'market' ? [] : [{ text: MARKS[position.state], sup: true as const }]),
      ],
      alignment: 'right',
    },
    right(position.priceOn === null ? '' : numbers.day(position.priceOn)),
    right(numbers.amount(position.value)),
    right(numbers.amount(position.cost)),
    { ...right(numbers.amount(position.unrealised)), color: signColour(position.unrealised, 'unrealised') },
  ]);
  const heads = [
    say('name'),
    say('quantity'),
    say('price'),
    say('date'),
    ...['value', 'costShort', 'gain'].map((word) => `${say(word as ReportWord)} (${currency})`),
  ];
  const content: Content[] = [heading(say('positions'))];
  if (held.length > 0) content.push(longTable({ widths: ['*', 58, 72, 46, 66, 66, 62], heads, figuresFrom: 1, body }));
  if (cash.length > 0) {
    const rows = cash.map((balance): TableCell[] => [
      { text: balance.account },
      right(numbers.money(balance.amount, balance.currency)),
      right(numbers.money(balance.value, currency)),
    ]);
    content.push({ text: say('cash'), bold: true, margin: [0, 10, 0, 4] });
    content.push(
      longTable({
        widths: ['*', 110, 110],
        heads: [say('account'), say('amount'), `${say('value')} (${currency})`],
        figuresFrom: 1,
        body: rows,
      }),
    );
  }
  return content;
}

function byValue(a: ReportPosition, b: ReportPosition): number {
  if (a.value === null || b.value === null)
    return a.value === b.value ? a.name.localeCompare(b.name, 'es') : a.value === null ? 1 : -1;
  return Decimal.from(b.value).compare(Decimal.from(a.value));
}

function contributionTable({ facts, say, numbers }: Writing): Content[] {
  const { items, currency } = facts.contributions;
  const known = items.filter((item) => item.profit !== null && !Decimal.from(item.profit).isZero);
  if (known.length === 0) return [];
  const size = (text: string | null): Decimal => Decimal.from(text ?? '0').absolute();
  const body = known
    .toSorted((a, b) => size(b.profit).compare(size(a.profit)))
    .slice(0, CONTRIBUTIONS_MAX)
    .map((item): TableCell[] => [
      { text: item.instrumentId === null ? `${say('cash')} ${item.currency}` : item.name },
      { ...right(numbers.money(item.profit, currency)), color: signColour(item.profit, 'profit') },
      right(numbers.percent(item.shareRatio)),
    ]);
  return [
    heading(say('contributions')),
    { text: say('contributionsLead'), style: 'lead' },
    longTable({ widths: ['*', 110, 70], heads: [say('name'), say('gain'), '%'], figuresFrom: 1, body }),
  ];
}

function operations({ facts, say, numbers }: Writing): Content[] {
  const { operations: rows, operationCount } = facts;
  if (rows.length === 0) return [heading(say('operations')), { text: say('noOperations') }];
  const body = rows.map((row): TableCell[] => [
    { text: numbers.day(row.date) },
    { text: say(wordFor('type', row.type, 'kind_other')) },
    { text: row.name === '' ? row.account : row.name },
    right(row.quantity === null ? '' : numbers.quantity(row.quantity)),
    right(row.price === null ? '' : numbers.quantity(row.price)),
    right(row.amount === null ? '' : numbers.amount(row.amount)),
    right(row.charges === null ? '' : numbers.amount(row.charges)),
    right(row.currency),
  ]);
  const heads = [
    say('date'),
    say('type'),
    say('name'),
    say('quantity'),
    say('price'),
    say('amount'),
    say('charges'),
    say('currency'),
  ];
  const cut = { shown: rows.length, count: operationCount };
  return [
    heading(say('operations')),
    ...(operationCount > rows.length ? [{ text: say('operationsCut', cut), style: 'lead' }] : []),
    longTable({ widths: [44, 72, '*', 52, 52, 62, 50, 30], heads, figuresFrom: 3, body }),
  ];
}

function notes({ facts, say }: Writing): Content[] {
  const used = (['stale', 'simulated', 'manual', 'missing'] as const).filter((state) =>
    facts.positions.some((position) => position.state === state),
  );
  const lines: Content[] = used.map((state) => ({
    text: [{ text: MARKS[state], sup: true }, ` ${say(`note_${state}`)}`],
  }));
  if (facts.missing.length > 0) lines.push({ text: say('missing', { names: facts.missing.join(', ') }) });
  return [
    heading(say('notes')),
    {
      stack: [...lines, { text: say('unknown') }, { text: say('rounding') }, { text: say('disclaimer') }],
      fontSize: 8,
      lineHeight: 1.4,
    },
  ];
}

function right(text: string): { readonly text: string; readonly alignment: 'right' } {
  return { text, alignment: 'right' };
}

/** A short list of label and figure. */
function plainTable(widths: (number | string)[], body: TableCell[][]): ContentTable {
  return { table: { widths, body }, layout: LINES };
}

/** A table over many pages: fixed widths (nothing is measured), its head repeated, no row torn in two. */
function longTable(wish: {
  readonly widths: (number | string)[];
  readonly heads: readonly string[];
  /** First column of figures: those heads stand on the right too. */
  readonly figuresFrom: number;
  readonly body: TableCell[][];
}): ContentTable {
  const heads = wish.heads.map((text, index): TableCell => ({
    text,
    style: 'head',
    alignment: index >= wish.figuresFrom ? 'right' : 'left',
  }));
  return {
    table: { headerRows: 1, dontBreakRows: true, widths: wish.widths, body: [heads, ...wish.body] },
    layout: LINES,
    fontSize: 8,
  };
}

const LINES = {
  hLineWidth: (index: number) => (index === 0 ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => COLOURS.line,
  paddingTop: () => 3,
  paddingBottom: () => 3,
  paddingLeft: (index: number) => (index === 0 ? 0 : 4),
  paddingRight: () => 0,
};
