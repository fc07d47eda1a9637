/** Markets and units as exchanges write them: `BTC/EUR`, `XXBTZEUR`, `0.5BTC`. Names are those people use: XBT is BTC. */
import { Decimal } from '#kernel';

/** What markets are paid in, longest first, so that `USDT` is not read as a `T` behind `USD`. */
const PAID_IN = [
  'FDUSD',
  'USDT',
  'USDC',
  'BUSD',
  'TUSD',
  'EUR',
  'USD',
  'GBP',
  'CHF',
  'JPY',
  'TRY',
  'BRL',
  'AUD',
  'CAD',
  'DAI',
  'BTC',
  'XBT',
  'ETH',
  'BNB',
];
const USUAL: Readonly<Record<string, string>> = {
  XBT: 'BTC',
  XXBT: 'BTC',
  XDG: 'DOGE',
  XXDG: 'DOGE',
  XETH: 'ETH',
  XLTC: 'LTC',
  XXRP: 'XRP',
  XXLM: 'XLM',
  XXMR: 'XMR',
  XZEC: 'ZEC',
  XETC: 'ETC',
  ZEUR: 'EUR',
  ZUSD: 'USD',
  ZGBP: 'GBP',
  ZCAD: 'CAD',
  ZJPY: 'JPY',
  ZAUD: 'AUD',
};

export interface Market {
  readonly traded: string;
  readonly paidIn: string;
}

/** What a market trades, and what for; null when it cannot be told. */
export function marketOf(text: string): Market | null {
  const name = text.trim().toUpperCase();
  const parted = /^([A-Z0-9.]{2,12})[/\-_]([A-Z0-9.]{2,12})$/.exec(name);
  if (parted) return { traded: usual(parted[1] ?? ''), paidIn: usual(parted[2] ?? '') };
  // Kraken's old names put an X before coins and a Z before money, four letters each.
  const old = /^(X[A-Z]{3})([XZ][A-Z]{3})$/.exec(name);
  if (old && USUAL[old[1] ?? ''] !== undefined) return { traded: usual(old[1] ?? ''), paidIn: usual(old[2] ?? '') };
  const paidIn = PAID_IN.find((unit) => name.endsWith(unit) && name.length > unit.length + 1);
  return paidIn === undefined ? null : { traded: usual(name.slice(0, -paidIn.length)), paidIn: usual(paidIn) };
}

/** A figure with its unit behind it; null when it is not written like that. */
export function splitUnit(text: string): { readonly figure: Decimal; readonly unit: string } | null {
  const [, digits = '', unit = ''] =
    /^(-?[\d,]*\.?\d+)\s*([A-Z0-9]*[A-Z][A-Z0-9]*)$/.exec(text.trim().toUpperCase()) ?? [];
  const figure = Decimal.parse(digits.replaceAll(',', ''));
  return figure && unit !== '' ? { figure, unit: usual(unit) } : null;
}

function usual(name: string): string {
  return USUAL[name] ?? name;
}
