/** An explanation as one flat table for a file: every line says which part it belongs to; figures stay exact. */
import { toCsv, type Column } from '#web/ui';
import type { Explanation } from './lot-tables.tsx';

/** One line; the cells a part does not have are empty. Amounts are in `currency`. */
export interface ExplanationLine {
  readonly part: 'figure' | 'formula' | 'term' | 'lot' | 'sale' | 'operation' | 'price' | 'rate' | 'missing';
  readonly name: string;
  readonly date?: string | null;
  readonly opened?: string | null;
  readonly account?: string | null;
  readonly quantity?: string | null;
  readonly price?: string | null;
  readonly amount?: string | null;
  readonly currency?: string | null;
  readonly cost?: string | null;
  readonly gain?: string | null;
  readonly priceGain?: string | null;
  readonly fxGain?: string | null;
  readonly fee?: string | null;
  readonly tax?: string | null;
  readonly source?: string | null;
}

/** The lines in the order a person checks them: the figure, its terms, then what they stand on. */
export function explanationLines(explanation: Explanation, formula: string): ExplanationLine[] {
  const { metric, figure, currency, terms, prices, rates, missing } = explanation;
  return [
    { part: 'figure', name: metric, amount: figure, currency },
    { part: 'formula', name: formula },
    ...terms.map(({ name, subject, figure: amount }): ExplanationLine => ({
      part: 'term',
      name: subject === '' ? name : `${name}: ${subject}`,
      amount,
      currency,
    })),
    ...heldLines(explanation),
    ...prices.map(({ name, price }): ExplanationLine => {
      if (price.state === 'missing') return { part: 'price', name, source: price.reason };
      const date = new Date(price.marketAtMs).toISOString();
      return { part: 'price', name, date, price: price.price, currency: price.currency, source: price.provider };
    }),
    ...rates.map(({ from, to, date, rate }): ExplanationLine => ({
      part: 'rate',
      name: `${from} → ${to}`,
      date,
      price: rate,
      currency: to,
    })),
    ...missing.map((fact): ExplanationLine =>
      fact.kind === 'price'
        ? { part: 'missing', name: fact.name }
        : { part: 'missing', name: `${fact.from} → ${fact.to}`, date: fact.date },
    ),
  ];
}

function heldLines({ lots, matches, operations, currency }: Explanation): ExplanationLine[] {
  return [
    ...lots.map((lot): ExplanationLine => ({
      part: 'lot',
      name: lot.openedBy,
      opened: lot.openedOn,
      account: lot.accountName,
      quantity: lot.quantity,
      amount: lot.value,
      currency,
      cost: lot.costBase,
      gain: lot.unrealised,
      priceGain: lot.priceGain,
      fxGain: lot.fxGain,
    })),
    ...matches.map((sale): ExplanationLine => ({
      part: 'sale',
      name: '',
      date: sale.soldOn,
      opened: sale.openedOn,
      account: sale.accountName,
      quantity: sale.quantity,
      amount: sale.proceeds,
      currency,
      cost: sale.cost,
      gain: sale.gain,
      priceGain: sale.priceGain,
      fxGain: sale.fxGain,
      fee: sale.fees,
      tax: sale.taxes,
    })),
    ...operations.map((operation): ExplanationLine => ({
      part: 'operation',
      name: [operation.type, operation.instrument?.name].filter(Boolean).join(': '),
      date: operation.date,
      account: operation.accountName,
      quantity: operation.quantity,
      price: operation.price,
      amount: operation.amount,
      currency: operation.currency,
      fee: operation.fee,
      tax: operation.tax,
      source: operation.source.importId === null ? operation.note : `${operation.source.sheet} ${operation.source.row}`,
    })),
  ];
}

const TEXTS = ['part', 'name', 'date', 'opened', 'account'] as const;
const FIGURES = ['quantity', 'price', 'amount'] as const;
const MORE_FIGURES = ['cost', 'gain', 'priceGain', 'fxGain', 'fee', 'tax'] as const;

/** The file itself. Heads are stable names, as in the ledger contract, so that a sheet that reads it keeps working. */
export function explanationCsv(lines: readonly ExplanationLine[]): string {
  const column = (id: keyof ExplanationLine, kind: 'text' | 'decimal'): Column<ExplanationLine> => ({
    id,
    head: id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    kind,
    value: (line) => line[id] ?? null,
  });
  return toCsv(lines, [
    ...TEXTS.map((id) => column(id, 'text')),
    ...FIGURES.map((id) => column(id, 'decimal')),
    column('currency', 'text'),
    ...MORE_FIGURES.map((id) => column(id, 'decimal')),
    column('source', 'text'),
  ]);
}
