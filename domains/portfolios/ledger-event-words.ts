/** The words people write for each kind of operation, in Spanish and English; folded to lower case without accents. */
import type { LedgerEventType } from './ledger-event.ts';

const WORDS: Readonly<Record<LedgerEventType, readonly string[]>> = {
  buy: ['buy', 'bought', 'purchase', 'compra', 'comprar', 'suscripcion'],
  sell: ['sell', 'sold', 'sale', 'venta', 'vender', 'reembolso'],
  short: ['short', 'short sell', 'venta en corto', 'corto'],
  cover: ['cover', 'buy to cover', 'cierre de corto', 'recompra de corto'],
  deposit: ['deposit', 'deposito', 'ingreso', 'aportacion'],
  withdrawal: ['withdrawal', 'withdraw', 'retirada', 'retiro', 'reintegro'],
  transfer_in: ['transfer_in', 'transfer in', 'transferencia entrante', 'traspaso de entrada', 'entrada'],
  transfer_out: ['transfer_out', 'transfer out', 'transferencia saliente', 'traspaso de salida', 'salida'],
  dividend: ['dividend', 'dividends', 'dividendo', 'dividendos'],
  interest: ['interest', 'interes', 'intereses', 'staking', 'cupon', 'coupon'],
  fee: ['fee', 'fees', 'commission', 'comision', 'comisiones', 'custodia'],
  tax: ['tax', 'taxes', 'impuesto', 'impuestos', 'retencion'],
  split: ['split', 'desdoblamiento', 'contrasplit', 'reverse split'],
  bonus: ['bonus', 'bonus issue', 'ampliacion liberada', 'acciones liberadas'],
  spinoff: ['spinoff', 'spin-off', 'spin off', 'escision', 'segregacion'],
  merger: ['merger', 'fusion'],
  return_of_capital: ['return_of_capital', 'return of capital', 'devolucion de capital', 'devolucion de aportaciones'],
  traspaso: ['traspaso', 'traspaso de fondos', 'fund switch', 'switch'],
  opening: ['opening', 'opening balance', 'apertura', 'saldo inicial', 'posicion inicial'],
};

const TYPE_BY_WORD: ReadonlyMap<string, LedgerEventType> = new Map(
  (Object.entries(WORDS) as [LedgerEventType, readonly string[]][]).flatMap(([type, words]) =>
    words.map((word) => [word, type] as const),
  ),
);

/** The type a word names (`Compra`, `depósito`, `BUY`); null when it is none we know. */
export function parseLedgerEventType(text: string): LedgerEventType | null {
  const folded = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ');
  return TYPE_BY_WORD.get(folded) ?? null;
}
