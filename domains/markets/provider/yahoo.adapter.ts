/**
 * Yahoo Finance adapter: the chart endpoint (no key, no crumb) and the search endpoint for ISINs.
 * Unofficial and without a promise: it may answer 429 as text, a consent page as HTML, or forget a delisted share.
 */
import { Fault, type LocalDate, ok, refuse, type Result } from '#kernel';
import { z } from 'zod';
import { answerFault, getText, type GetLimits } from './http-get.ts';
import type { FetchContext, InstrumentRef, PriceAnswer, PriceProvider, PriceRefusal, Quote } from './price-provider.ts';
import { readYahooSearch } from './search-answers.ts';
import { parseChart, parseJson } from './yahoo-chart.ts';

const LIMITS: GetLimits = { timeoutMs: 10_000, sizeBytesMax: 8 * 1024 * 1024 }; // Fifty years of closes are 2 MB.
const CANDIDATES_MAX = 6; // Requests spent on recognising one instrument; then a person chooses.

/** Coins whose plain ticker is another coin at Yahoo. */
const COIN_ALIASES: Readonly<Record<string, string>> = {
  UNI: 'UNI7083',
  GRT: 'GRT6719',
  SUI: 'SUI20947',
  TON: 'TON11419',
  PEPE: 'PEPE24478',
  APT: 'APT21794',
  ARB: 'ARB11841',
  STX: 'STX4847',
  IMX: 'IMX10603',
  TAO: 'TAO22974',
  COMP: 'COMP5692',
  POL: 'POL28321',
};
const DOLLAR_COINS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'BUSD', 'DAI']);

/** Exchange suffixes to try for a ticker without one, home market of our people first. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  EUR: ['.MC', '.DE', '.PA', '.AS', '.MI'],
  GBP: ['.L'],
  CHF: ['.SW'],
  CAD: ['.TO'],
  AUD: ['.AX'],
  JPY: ['.T'],
  SEK: ['.ST'],
  DKK: ['.CO'],
  NOK: ['.OL'],
  HKD: ['.HK'],
};
const SUFFIX_OF_COUNTRY: Readonly<Record<string, string>> = { ES: '.MC', DE: '.DE', FR: '.PA', NL: '.AS', IT: '.MI' };

const Symbols = z.object({ quotes: z.array(z.object({ symbol: z.string().max(40) })).max(50) });

export interface YahooOptions {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly clock: () => number;
}

/** Builds the adapter. `baseUrl` is `https://query2.finance.yahoo.com`, or a local server in tests. */
export function yahooProvider(options: YahooOptions): PriceProvider {
  const limits = { ...LIMITS, timeoutMs: options.timeoutMs ?? LIMITS.timeoutMs };
  return {
    name: 'yahoo',
    hasHistory: true,
    quota: { perMinute: 60, burst: 10, creditsPerDay: null, creditsPerMonth: null }, // It names none; this is polite.
    canPrice: (ref) => ref.kind !== 'cash' && (ref.providerSymbol ?? ref.symbol ?? ref.isin) !== null,
    async search(text, context) {
      const { url, answer, body } = await fetchSearch(text, { options, limits, context });
      const found = answer.status === 200 ? readYahooSearch(body) : null;
      if (!found) throw answerFault(url, answer);
      return found;
    },
    async fetchPrices(ref, context) {
      const reach = { options, limits, context };
      const reasons: string[] = [];
      let refusal: PriceRefusal = 'unknown_symbol';
      for (const symbol of await candidatesOf(ref, reach)) {
        const answer = await fetchChart(symbol, reach);
        const isWanted = answer.ok && isWantedCurrency(ref, answer.value);
        if (isWanted) return ref.kind === 'crypto' ? ok(withoutVolume(answer.value)) : answer;
        if (answer.ok) refusal = 'wrong_currency';
        reasons.push(answer.ok ? `${symbol} is quoted in ${currencyOf(answer.value)}` : `${symbol}: ${answer.code}`);
      }
      return refuse(refusal, { reason: reasons.join('; ') || 'nothing to ask for' });
    },
  };
}

interface Reach {
  readonly options: YahooOptions;
  readonly limits: GetLimits;
  readonly context: FetchContext;
}

interface SearchReach {
  readonly context: Omit<FetchContext, 'from'>;
}

async function candidatesOf(ref: InstrumentRef, reach: Reach): Promise<string[]> {
  if (ref.providerSymbol !== null) return [ref.providerSymbol];
  if (ref.kind === 'crypto') return coinCandidates(ref);
  const found = ref.isin === null ? [] : await searchSymbols(ref.isin, reach);
  const own = ref.symbol === null ? [] : listedCandidates(ref.symbol, ref);
  return [...new Set([...found, ...own])].slice(0, CANDIDATES_MAX);
}

function coinCandidates(ref: InstrumentRef): string[] {
  if (ref.symbol === null) return [];
  const coin = COIN_ALIASES[ref.symbol] ?? ref.symbol;
  const currency = DOLLAR_COINS.has(ref.currency) ? 'USD' : ref.currency;
  return [...new Set([`${coin}-${currency}`, `${coin}-USD`])];
}

function listedCandidates(symbol: string, ref: InstrumentRef): string[] {
  if (symbol.includes('.')) return [symbol];
  const home = SUFFIX_OF_COUNTRY[ref.isin?.slice(0, 2) ?? ''];
  const suffixes = SUFFIXES[ref.currency] ?? [];
  const ordered = home && suffixes.includes(home) ? [home, ...suffixes.filter((suffix) => suffix !== home)] : suffixes;
  const listed = ordered.map((suffix) => `${symbol}${suffix}`);
  // A bare ticker is American: for other currencies it is asked last, and its currency decides.
  return ref.currency === 'USD' ? [symbol] : [...listed, symbol];
}

/** Yahoo counts what coins trade in money, not in coins: it is no volume of ours. */
function withoutVolume(answer: PriceAnswer): PriceAnswer {
  const { dayVolume: _dayVolume, ...quote } = answer.quote ?? { dayVolume: undefined };
  const closes = answer.closes.map(({ volume: _volume, ...close }) => close);
  return { ...answer, quote: answer.quote ? (quote as Quote) : null, closes };
}

function isWantedCurrency(ref: InstrumentRef, answer: PriceAnswer): boolean {
  const quoted = currencyOf(answer);
  return ref.kind === 'crypto' || quoted === null || quoted === ref.currency;
}

function currencyOf(answer: PriceAnswer): string | null {
  return answer.quote?.currency ?? answer.closes.at(-1)?.currency ?? null;
}

async function fetchChart(symbol: string, reach: Reach): Promise<Result<PriceAnswer, PriceRefusal>> {
  const url = new URL(`/v8/finance/chart/${encodeURIComponent(symbol)}`, reach.options.baseUrl);
  url.searchParams.set('period1', String(epochSeconds(reach.context.from)));
  // Splits after the wanted days matter too, so the range always ends now.
  url.searchParams.set('period2', String(Math.ceil(reach.options.clock() / 1_000)));
  url.searchParams.set('interval', '1d');
  url.searchParams.set('events', 'div|split');
  await reach.context.spend();
  const answer = await getText(url, reach.limits, reach.context.signal);
  const isJudged = [200, 400, 404, 422].includes(answer.status); // With these it says in JSON what it does not know.
  const parsed = isJudged ? parseChart(answer.text) : null;
  if (!parsed) throw answerFault(url, answer);
  return parsed;
}

async function searchSymbols(isin: string, reach: Reach): Promise<string[]> {
  const { url, answer, body } = await fetchSearch(isin, reach);
  if (answer.status === 404) return [];
  const parsed = Symbols.safeParse(body);
  if (answer.status !== 200 || !parsed.success) throw answerFault(url, answer);
  return parsed.data.quotes.map((quote) => quote.symbol);
}

async function fetchSearch(text: string, { options, limits, context }: Omit<Reach, 'context'> & SearchReach) {
  const url = new URL('/v1/finance/search', options.baseUrl);
  url.searchParams.set('q', text);
  url.searchParams.set('quotesCount', '10');
  url.searchParams.set('newsCount', '0');
  await context.spend();
  const answer = await getText(url, limits, context.signal);
  return { url, answer, body: parseJson(answer.text) };
}

function epochSeconds(day: LocalDate): number {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(atMs)) throw new Fault('day_invalid', `not a day: ${day}`, { retryable: false });
  return Math.floor(atMs / 1_000);
}
