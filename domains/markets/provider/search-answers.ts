/** Reading the search answers of the providers: what they call an instrument, and what kind of thing it is. */
import { z } from 'zod';
import type { InstrumentKind } from '../instrument.ts';

/** Something a provider knows. Its currency is null where the provider does not tell it. */
export const FoundInstrument = z.object({
  providerSymbol: z.string(),
  symbol: z.string().nullable(),
  name: z.string(),
  kind: z.enum(['crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other']),
  currency: z.string().nullable(),
  exchange: z.string().nullable(),
});
export type FoundInstrument = z.infer<typeof FoundInstrument>;

const FOUND_MAX = 10; // What a person reads; the rest is a better question.

const YahooSearch = z.object({
  quotes: z
    .array(
      z.object({
        symbol: z.string().max(40),
        longname: z.string().max(300).nullish(),
        shortname: z.string().max(300).nullish(),
        quoteType: z.string().max(40).nullish(),
        exchDisp: z.string().max(60).nullish(),
      }),
    )
    .max(50),
});
const YAHOO_KINDS: Readonly<Record<string, InstrumentKind>> = {
  EQUITY: 'stock',
  ETF: 'etf',
  MUTUALFUND: 'fund',
  CRYPTOCURRENCY: 'crypto',
};
/** Exchanges that quote in one currency only; London also quotes in dollars and euros, so it says nothing. */
const CURRENCY_OF_SUFFIX: Readonly<Record<string, string>> = {
  MC: 'EUR',
  DE: 'EUR',
  F: 'EUR',
  PA: 'EUR',
  AS: 'EUR',
  MI: 'EUR',
  BR: 'EUR',
  LS: 'EUR',
  TO: 'CAD',
  T: 'JPY',
  ST: 'SEK',
  OL: 'NOK',
  CO: 'DKK',
  AX: 'AUD',
};

/** Yahoo's search answer; null when it is none. Indexes, futures and options are left out: nobody holds them here. */
export function readYahooSearch(body: unknown): FoundInstrument[] | null {
  const parsed = YahooSearch.safeParse(body);
  if (!parsed.success) return null;
  return parsed.data.quotes
    .flatMap(({ symbol: named, longname, shortname, quoteType, exchDisp }): FoundInstrument[] => {
      const kind = YAHOO_KINDS[quoteType ?? ''];
      if (!kind) return [];
      const told = { providerSymbol: named, name: longname ?? shortname ?? named, kind, exchange: exchDisp ?? null };
      if (kind === 'crypto') {
        const [coin = named, currency = null] = named.split('-');
        return [{ ...told, symbol: coin, currency }];
      }
      const suffix = named.includes('.') ? (named.split('.').at(-1) ?? '') : null;
      const currency = suffix === null ? 'USD' : (CURRENCY_OF_SUFFIX[suffix] ?? null);
      // A fund's name at Yahoo (0P0000…) is no symbol that anybody knows.
      return [{ ...told, symbol: kind === 'fund' ? null : named, currency: kind === 'fund' ? null : currency }];
    })
    .slice(0, FOUND_MAX);
}

const TwelveSearch = z.object({
  data: z
    .array(
      z.object({
        symbol: z.string().max(40),
        instrument_name: z.string().max(300).nullish(),
        exchange: z.string().max(60).nullish(),
        instrument_type: z.string().max(60).nullish(),
        currency: z.string().max(10).nullish(),
      }),
    )
    .max(200),
});

/** Twelve Data's symbol search; null when it is none. */
export function readTwelveDataSearch(body: unknown): FoundInstrument[] | null {
  const parsed = TwelveSearch.safeParse(body);
  if (!parsed.success) return null;
  return parsed.data.data
    .flatMap(({ symbol, instrument_name: name, exchange, instrument_type: type, currency }): FoundInstrument[] => {
      const kind = twelveKindOf(type ?? '');
      if (!kind) return [];
      const coin = symbol.split('/')[0] ?? symbol;
      return [
        {
          providerSymbol: symbol,
          symbol: kind === 'crypto' ? coin : symbol,
          name: name ?? symbol,
          kind,
          currency: kind === 'crypto' ? (symbol.split('/')[1] ?? null) : (currency ?? null),
          exchange: exchange ?? null,
        },
      ];
    })
    .slice(0, FOUND_MAX);
}

function twelveKindOf(type: string): InstrumentKind | null {
  if (/ETF|Exchange-Traded/i.test(type)) return 'etf';
  if (/Fund|Trust/i.test(type)) return 'fund';
  if (/Stock|Depositary|REIT|Preferred/i.test(type)) return 'stock';
  if (/Digital Currency/i.test(type)) return 'crypto';
  return /Bond/i.test(type) ? 'bond' : null;
}
