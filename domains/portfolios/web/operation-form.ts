/** What the drawer for a new operation asks by type, and how the answers become a request. */
import { Decimal } from '#kernel';
import type { ApiInput, ApiOutput } from '#web/api';
import type { operationTexts } from './operation-texts.ts';

type Body = ApiInput<'POST /api/portfolios/:portfolioId/operations'>['body'];
export type OperationType = ApiOutput<'GET /api/portfolios/:portfolioId/operations'>['items'][number]['type'];
export type InstrumentKind = ApiOutput<'GET /api/portfolios/:portfolioId/positions'>['items'][number]['kind'];

export const OPERATION_TYPES: readonly OperationType[] = [
  'buy',
  'sell',
  'dividend',
  'deposit',
  'withdrawal',
  'interest',
  'fee',
  'tax',
  'split',
  'transfer_in',
  'transfer_out',
  'opening',
  'traspaso',
  'short',
  'cover',
  'bonus',
  'spinoff',
  'merger',
  'return_of_capital',
];
export const KINDS: readonly InstrumentKind[] = ['crypto', 'stock', 'etf', 'fund', 'bond', 'other'];

/** What a person has typed so far; figures are exact decimal text. */
export interface OperationForm {
  readonly type: OperationType;
  readonly date: string;
  readonly accountName: string;
  readonly kind: InstrumentKind;
  readonly symbol: string;
  readonly name: string;
  readonly quantity: string | null;
  readonly splitRatio: string;
  readonly price: string | null;
  readonly amount: string | null;
  readonly currency: string;
  readonly fee: string | null;
  readonly tax: string | null;
  readonly fx: string | null;
  /** Symbol or ISIN of the target of a traspaso, spin-off or merger. */
  readonly toSymbol: string;
  readonly toQuantity: string | null;
  /** Units that a sale takes from each lot, by the operation that opened it; empty leaves the choice to the method. */
  readonly lots: Readonly<Record<string, { readonly openedOn: string; readonly quantity: string | null }>>;
  readonly note: string;
}

export interface FormFields {
  readonly instrument: 'needed' | 'optional' | 'none';
  readonly hasQuantity: boolean;
  readonly hasPrice: boolean;
  readonly hasAmount: boolean;
  readonly isSplit: boolean;
  readonly hasTarget: boolean;
  readonly hasTargetUnits: boolean;
}

/** What the less common types mean, as the drawer says it under the type. */
export const ABOUT_TYPE = {
  short: 'aboutShort',
  cover: 'aboutCover',
  bonus: 'aboutBonus',
  spinoff: 'aboutSpinoff',
  merger: 'aboutMerger',
  return_of_capital: 'aboutReturn',
  traspaso: 'aboutTraspaso',
} as const satisfies Partial<Record<OperationType, string>>;

type FieldWord = keyof (typeof operationTexts)['es'];

/** What a field is called where the plain word would leave somebody guessing. */
const FIELD_WORDS: Partial<Record<OperationType, Partial<Record<'quantity' | 'price' | 'amount', FieldWord>>>> = {
  short: { quantity: 'unitsShort' },
  cover: { quantity: 'unitsCover' },
  bonus: { quantity: 'unitsNew' },
  dividend: { amount: 'amountGross' },
  interest: { amount: 'amountGross' },
  return_of_capital: { amount: 'amountReturned' },
  spinoff: { quantity: 'unitsOfTarget', price: 'priceOfTarget', amount: 'costMoved' },
  merger: { quantity: 'unitsOfTarget', price: 'priceOfTarget', amount: 'cashOnTop' },
  traspaso: { quantity: 'unitsLeaving', price: 'priceOfTarget' },
};

/** The own words of a type's fields; those it lacks have the plain ones. */
export function fieldWordsOf(type: OperationType): NonNullable<(typeof FIELD_WORDS)[OperationType]> {
  return FIELD_WORDS[type] ?? {};
}

/** Types that act on what is held already: the form offers those assets. */
export const ACTS_ON_HELD: ReadonlySet<OperationType> = new Set([
  'sell',
  'dividend',
  'split',
  'transfer_out',
  'cover',
  'bonus',
  'spinoff',
  'merger',
  'return_of_capital',
  'traspaso',
]);

const PAYS: ReadonlySet<OperationType> = new Set(['buy', 'cover']);
const RECEIVES: ReadonlySet<OperationType> = new Set(['sell', 'short', 'dividend', 'interest', 'return_of_capital']);

/** What the operation takes from the cash or brings to it, charges included; null while it cannot be said. */
export function cashEffectOf({ type, quantity, price, amount, fee, tax }: OperationForm): Decimal | null {
  if (!PAYS.has(type) && !RECEIVES.has(type)) return null;
  const known = (text: string | null): Decimal => (text === null ? Decimal.zero : Decimal.from(text));
  const hasUnits = fieldsOf(type).hasPrice && quantity !== null && price !== null;
  if (amount === null && !hasUnits) return null;
  const gross = amount === null ? known(quantity).times(known(price)) : known(amount);
  const charges = known(fee).plus(known(tax));
  return PAYS.has(type) ? gross.plus(charges).negated() : gross.minus(charges);
}

/** Which fields a type needs: the fewest that say it. */
export function fieldsOf(type: OperationType): FormFields {
  const plain = { instrument: 'needed', hasQuantity: false, hasPrice: false, hasAmount: true, isSplit: false } as const;
  const needed = { ...plain, hasTarget: false, hasTargetUnits: false };
  const units = { ...needed, hasQuantity: true, hasPrice: true };
  const cash = { ...needed, instrument: 'none' as const };
  switch (type) {
    case 'buy':
    case 'sell':
    case 'transfer_in':
    case 'transfer_out':
    case 'opening':
    case 'short':
    case 'cover':
      return units;
    case 'spinoff':
    case 'merger':
      return { ...units, hasTarget: true };
    case 'traspaso':
      return { ...units, hasTarget: true, hasTargetUnits: true };
    case 'bonus':
      return { ...units, hasPrice: false, hasAmount: false };
    case 'dividend':
    case 'return_of_capital':
      return needed;
    case 'interest':
    case 'fee':
    case 'tax':
      return { ...cash, instrument: 'optional' };
    case 'deposit':
    case 'withdrawal':
      return cash;
    case 'split':
      return { ...needed, hasAmount: false, isSplit: true };
  }
}

const ISIN = /^[A-Z]{2}[A-Z0-9]{9}\d$/;

/** The request of a form; fields that the type does not show are left out. */
export function operationBody(form: OperationForm, idempotencyKey: string): Body {
  const fields = fieldsOf(form.type);
  const code = form.symbol.trim().toUpperCase();
  const toCode = form.toSymbol.trim().toUpperCase();
  const named = { kind: form.kind, currency: form.currency };
  const hasInstrument = fields.instrument !== 'none' && (code !== '' || form.name.trim() !== '');
  const figure = <Name extends string>(name: Name, value: string | null): { [K in Name]?: string } =>
    value === null ? {} : ({ [name]: value } as { [K in Name]?: string });
  return {
    type: form.type,
    date: form.date,
    accountName: form.accountName.trim(),
    currency: form.currency,
    note: form.note.trim(),
    idempotencyKey,
    ...(hasInstrument && { instrument: { ...named, name: form.name.trim() || code, ...codeOf(code) } }),
    ...(fields.hasTarget && toCode !== '' && { toInstrument: { ...named, name: toCode, ...codeOf(toCode) } }),
    ...(fields.hasTargetUnits && figure('toQuantity', form.toQuantity)),
    ...(fields.hasQuantity && figure('quantity', form.quantity)),
    ...(fields.hasPrice && figure('price', form.price)),
    ...(fields.hasAmount && figure('amount', form.amount)),
    ...(form.type === 'sell' && lotsBody(form.lots)),
    ...(fields.isSplit && form.splitRatio.trim() !== '' && { splitRatio: form.splitRatio.trim() }),
    ...figure('fee', form.fee),
    ...figure('tax', form.tax),
    ...figure('fx', form.fx),
  };
}

/** The lots with units; none when nobody chose any. */
function lotsBody(chosen: OperationForm['lots']): Pick<Body, 'lots'> {
  const lots = Object.entries(chosen).flatMap(([openedBy, { openedOn, quantity }]) =>
    quantity === null ? [] : [{ openedBy, openedOn, quantity }],
  );
  return lots.length > 0 ? { lots } : {};
}

function codeOf(code: string): { isin?: string; symbol?: string } {
  return ISIN.test(code) ? { isin: code } : code === '' ? {} : { symbol: code };
}
