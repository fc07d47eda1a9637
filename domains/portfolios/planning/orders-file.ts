/**
 * Planned trades as a ledger file: `date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note`, plain
 * decimals with a dot, one trade a line, so that what was done can be imported. Texts that a spreadsheet would run as a
 * formula are made plain.
 */
import type { Decimal, LocalDate } from '#kernel';

export interface OrderLine {
  readonly side: 'buy' | 'sell';
  readonly accountName: string;
  /** Symbol, else ISIN, else name. */
  readonly instrumentCode: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly currency: string;
  /** In the currency of the price. */
  readonly charge: Decimal;
  readonly note: string;
}

const HEADER = 'date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note';

/** The file, with a byte-order mark and CRLF as the product's CSV are. */
export function ordersFile(orders: readonly OrderLine[], date: LocalDate): string {
  const lines = orders.map(({ side, accountName, instrumentCode, quantity, price, currency, charge, note }) => {
    const [account, instrument, remark] = [accountName, instrumentCode, note].map(cellOf);
    const figures = [quantity.toString(), price.toString()].join(',');
    return `${date},${side},${account},${instrument},${figures},${currency},,${charge.toString()},,,,${remark}`;
  });
  return `\uFEFF${[HEADER, ...lines].join('\r\n')}\r\n`;
}

function cellOf(text: string): string {
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
