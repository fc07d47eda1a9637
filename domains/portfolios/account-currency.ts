/** Which currency an account is kept in, when a file does not say it: that of its first cash movement without a conversion. */
import type { LocalDate } from '#kernel';
import type { LedgerEvent } from './ledger-event-check.ts';

type CashFact = Pick<LedgerEvent, 'type' | 'date' | 'instrument' | 'currency' | 'fx' | 'accountCurrency'>;

/** The account's currency by its own events, else `fallback` (the portfolio's). */
export function accountCurrencyOf(events: readonly CashFact[], fallback: string): string {
  const stated = events.find(({ accountCurrency }) => accountCurrency !== null)?.accountCurrency;
  if (stated) return stated;
  let first: { readonly date: LocalDate; readonly currency: string } | null = null;
  for (const event of events) {
    const isCash = event.instrument === null && ['deposit', 'withdrawal', 'opening'].includes(event.type);
    if (isCash && event.fx === null && (!first || event.date < first.date)) first = event;
  }
  return first?.currency ?? fallback;
}
