/**
 * Provider chain: asks the providers of an instrument in order until one answers. Around each stand a breaker and a token
 * bucket; around all the platform's cache with single flight, so that many askers cost one request. Nothing here stores prices: when
 * all fail the last good price stays in the database and grows stale.
 */
import { type Clock, Fault, type LocalDate, localDate, ok, refuse, type Result } from '#kernel';
import type { Cache, Caches } from '#platform/cache';
import type { InstrumentKind } from '../instrument.ts';
import type { LiveProviderName } from '../price.ts';
import { answerText } from './answer-text.ts';
import {
  type Breaker,
  makeBreaker,
  makeTokenBucket,
  type ProviderHealth,
  QUEUE_WAIT_MS_MAX,
  type TokenBucket,
} from './breaker.ts';
import { type CreditBook, type CreditUse, makeCreditBook } from './credit-book.ts';
import type { InstrumentRef, PriceAnswer, PriceProvider } from './price-provider.ts';
import { QuotaFault } from './provider-fault.ts';
import { FoundInstrument } from './search-answers.ts';
import { z } from 'zod';

export interface ChainAnswer extends PriceAnswer {
  readonly provider: PriceProvider['name'];
  readonly fetchedAtMs: number;
}

/** `unknown_symbol` when every provider said so; `provider_failed` when one may know it but could not be asked. */
export type ChainRefusal = 'unknown_symbol' | 'provider_failed';
export type ChainResult = Result<ChainAnswer, ChainRefusal>;

export interface ChainOptions {
  readonly providers: readonly PriceProvider[];
  readonly clock: Clock;
  readonly caches: Caches;
  /** Waits; tests pass one that moves the clock. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Why a provider is not to be asked at all (no key, switched off); null when it may be. */
  readonly gate?: (name: LiveProviderName) => Promise<string | null>;
  /** Hears how each question to a provider ended, for the figures. */
  readonly onAsked?: (name: LiveProviderName, outcome: 'answered' | 'refused' | 'failed') => void;
}

export interface Ask {
  /** First day of closes wanted. */
  readonly from: LocalDate;
  /** `fresh` waits for a new answer once the kept one is too old; `stale_ok` takes the old one while a new one is fetched. */
  readonly patience: 'fresh' | 'stale_ok';
  /** `history` leaves out providers that only know the price of now. */
  readonly needs: 'quote' | 'history';
  /** A provider that has answered already: the others are asked for a second opinion. */
  readonly except?: LiveProviderName;
}

export interface ProviderChain {
  /** Refusals carry each provider's reason in `details.reasons`. */
  fetch(ref: InstrumentRef, ask: Ask): Promise<ChainResult>;
  /** Asks one provider alone, whatever its breaker says: a person wants to know whether it answers. */
  probe(name: LiveProviderName, ref: InstrumentRef, from: LocalDate): Promise<ChainResult>;
  /** What the providers know under a name, symbol or ISIN: the first that knows something. Kept for a day, asked for once. */
  search(text: string): Promise<SearchResult>;
  /** True when a provider other than this one may be asked about the instrument now. */
  hasOther(ref: InstrumentRef, name: LiveProviderName): Promise<boolean>;
  health(): readonly ProviderHealth[];
  /** Takes over what the database knows of pauses and used credits. */
  resume(known: ReadonlyMap<string, ProviderHealth>): void;
  stop(): void;
}

const ANSWERS_MAX = 2_000; // A year of closes is some 50 kB: bounded well below memory, see SIZE_MAX.
const CLOSES_MAX = 500_000; // Closes kept over all answers.
const TTL_MS = 20_000; // Below every refresh interval, above the burst of a page of holdings.
const STALE_MS = 24 * 60 * 60_000; // Who does not want to wait gets yesterday's look at worst, and a new one is on its way.
const UNKNOWN_TTL_MS = 10 * 60_000; // A symbol does not come into being in a minute.
const MINUTE_MS = 60_000;
const FAILED_TTL_MS = 1_000; // Askers of the same second share a failure too.

/** Who is asked first, by kind: the one that knows the kind best, then the free one, then the fallback; files of this
 * machine are for what nobody else knows. */
const ORDER: Readonly<Record<InstrumentKind, readonly LiveProviderName[]>> = {
  crypto: ['coinmarketcap', 'yahoo', 'twelve_data', 'file'],
  stock: ['yahoo', 'twelve_data', 'file'],
  etf: ['yahoo', 'twelve_data', 'file'],
  fund: ['financial_times', 'yahoo', 'twelve_data', 'file'],
  bond: ['yahoo', 'twelve_data', 'file'],
  cash: [],
  other: ['yahoo', 'twelve_data', 'file'],
};

interface Guarded {
  readonly provider: PriceProvider;
  readonly breaker: Breaker;
  readonly bucket: TokenBucket;
  readonly credits: CreditBook;
}

/** Builds a chain; each kind of instrument has its own order of providers. */
export function makeProviderChain(options: ChainOptions): ProviderChain {
  const { clock } = options;
  const guarded = options.providers.map((provider) => ({
    provider,
    breaker: makeBreaker(provider.name, clock),
    bucket: makeTokenBucket(provider.quota, clock),
    credits: makeCreditBook(provider.quota, clock),
  }));
  const stopping = new AbortController();
  const answers = openAnswers(options.caches);
  const searches = openSearches(options.caches);
  const { signal } = stopping;
  return {
    fetch: (ref, ask) => {
      const policy = { ttlMs: TTL_MS, staleMs: ask.patience === 'fresh' ? 0 : STALE_MS };
      const question = { ref, from: ask.from, options, signal };
      return answers.get(keyOf(ref, ask), policy, () => askInOrder(candidatesOf(guarded, ref, ask), question));
    },
    async probe(name, ref, from) {
      const entry = guarded.find(({ provider }) => provider.name === name);
      const closed = (await options.gate?.(name)) ?? null;
      if (!entry || closed !== null) {
        return refuse('provider_failed', { reasons: { [name]: closed ?? 'provider_not_set_up: it is not in use' } });
      }
      entry.breaker.reset();
      return askInOrder([entry], { ref, from, options, signal });
    },
    search: (text) => searches.get(text, SEARCH_POLICY, () => searchInOrder(guarded, { text, options, signal })),
    async hasOther(ref, name) {
      const ask = { from: localDate('1970-01-01'), patience: 'fresh', needs: 'quote', except: name } as const;
      for (const { provider, breaker } of candidatesOf(guarded, ref, ask)) {
        const isOpen = ((await options.gate?.(provider.name)) ?? null) === null;
        if (isOpen && provider.canPrice(ref) && breaker.allows()) return true;
      }
      return false;
    },
    health: () => guarded.map(({ breaker, credits }) => ({ ...breaker.health(), credits: credits.uses() })),
    resume(known) {
      for (const { provider, breaker, credits } of guarded) {
        const health = known.get(provider.name);
        if (!health) continue;
        breaker.resume(health);
        credits.resume(health.credits);
      }
    },
    stop: () => stopping.abort(),
  };
}

function candidatesOf(guarded: readonly Guarded[], ref: InstrumentRef, ask: Ask): Guarded[] {
  const order = ORDER[ref.kind];
  const rankOf = ({ provider }: Guarded): number => order.indexOf(provider.name);
  return guarded
    .filter((entry) => rankOf(entry) >= 0 && entry.provider.name !== ask.except)
    .filter(({ provider }) => ask.needs === 'quote' || provider.hasHistory)
    .toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** What the providers said lately, shared by the workers of the installation. */
function openAnswers(caches: Caches): Cache<ChainResult> {
  return caches.open<ChainResult>({
    name: 'markets.answers',
    codec: answerText,
    entriesMax: ANSWERS_MAX,
    weight: { of: (result) => 1 + (result.ok ? result.value.closes.length : 0), max: CLOSES_MAX },
    negativeTtlMs: (result) => (result.ok ? null : result.code === 'unknown_symbol' ? UNKNOWN_TTL_MS : FAILED_TTL_MS),
  });
}

function keyOf(ref: InstrumentRef, { from, needs, except }: Ask): string {
  return JSON.stringify([
    ref.kind,
    ref.symbol,
    ref.isin,
    ref.currency,
    ref.providerSymbol,
    from,
    needs,
    except ?? null,
  ]);
}

/** Something was asked (and nothing found, perhaps), or nobody could be asked. */
export type SearchResult = Result<readonly FoundInstrument[], 'provider_failed'>;

const SEARCH_POLICY = { ttlMs: 24 * 60 * 60_000, staleMs: 0 }; // Names change by the year.
const SEARCHES_MAX = 2_000;
const SEARCH_ORDER: readonly LiveProviderName[] = ['yahoo', 'twelve_data'];
const SEARCH_TEXT = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.array(FoundInstrument) }),
  z.object({ ok: z.literal(false), code: z.literal('provider_failed'), details: z.record(z.string(), z.unknown()) }),
]);

function openSearches(caches: Caches): Cache<SearchResult> {
  return caches.open<SearchResult>({
    name: 'markets.searches',
    codec: { encode: (found) => JSON.stringify(found), decode: (text) => SEARCH_TEXT.parse(JSON.parse(text)) },
    entriesMax: SEARCHES_MAX,
    negativeTtlMs: (result) => (result.ok ? null : FAILED_TTL_MS),
  });
}

async function searchInOrder(
  guarded: readonly Guarded[],
  question: { readonly text: string; readonly options: ChainOptions; readonly signal: AbortSignal },
): Promise<SearchResult> {
  const { text, options, signal } = question;
  const reasons: Record<string, string> = {};
  let isAnswered = false;
  for (const name of SEARCH_ORDER) {
    const entry = guarded.find(({ provider }) => provider.name === name);
    const closed = (await options.gate?.(name)) ?? null;
    if (!entry?.provider.search || closed !== null || !entry.breaker.allows()) {
      reasons[name] = closed ?? 'left alone after failures, or not in use';
      continue;
    }
    try {
      const spend = (creditCount = 1): Promise<void> => pay(entry, options, creditCount);
      const found = await entry.provider.search(text, { signal, spend });
      entry.breaker.recordSuccess();
      options.onAsked?.(name, 'answered');
      if (found.length > 0) return ok(found);
      isAnswered = true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      recordFault(entry.breaker, error);
      options.onAsked?.(name, 'failed');
      reasons[name] = `${error.code}: ${error.message}`;
    }
  }
  return isAnswered ? ok([]) : refuse('provider_failed', { reasons });
}

interface Question {
  readonly ref: InstrumentRef;
  readonly from: LocalDate;
  readonly options: ChainOptions;
  readonly signal: AbortSignal;
}

async function askInOrder(guarded: readonly Guarded[], question: Question): Promise<ChainResult> {
  const reasons: Record<string, string> = {};
  let hasFailed = false;
  for (const entry of guarded) {
    const { name } = entry.provider;
    const closed = (await question.options.gate?.(name)) ?? null;
    if (closed !== null) {
      reasons[name] = closed;
    } else if (!entry.provider.canPrice(question.ref)) {
      reasons[name] = 'does not price this kind of instrument';
    } else if (!entry.breaker.allows()) {
      hasFailed = true;
      reasons[name] = `left alone after failures: ${entry.breaker.health().lastFailure ?? 'unknown'}`;
    } else {
      const answer = await askOne(entry, question);
      if (answer.ok) return ok({ ...answer.value, provider: name, fetchedAtMs: question.options.clock() });
      hasFailed ||= answer.code === 'provider_failed';
      reasons[name] = reasonOf(answer.details);
    }
  }
  return refuse(hasFailed ? 'provider_failed' : 'unknown_symbol', { reasons });
}

async function askOne(entry: Guarded, question: Question): Promise<Result<PriceAnswer, ChainRefusal>> {
  const { breaker, provider } = entry;
  try {
    const { from, signal } = question;
    const spend = (creditCount = 1): Promise<void> => pay(entry, question.options, creditCount);
    const answer = await provider.fetchPrices(question.ref, { from, signal, spend });
    breaker.recordSuccess();
    question.options.onAsked?.(provider.name, answer.ok ? 'answered' : 'refused');
    if (answer.ok) return answer;
    return refuse('unknown_symbol', { reason: `${answer.code}: ${reasonOf(answer.details)}` });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    recordFault(breaker, error);
    question.options.onAsked?.(provider.name, 'failed');
    return refuse('provider_failed', { reason: `${error.code}: ${error.message}` });
  }
}

async function pay(entry: Guarded, options: ChainOptions, creditCount: number): Promise<void> {
  const { provider } = entry;
  const spent = await takeCredits(entry, options, creditCount);
  if (spent) {
    const detail = `${provider.name}: our own count of its ${spent.limitCredits} credits of the ${spent.window} is used up`;
    throw new QuotaFault(spent.window, detail, options.clock());
  }
  const waitMs = await takeTurn(entry, options);
  if (waitMs === null) throw new Fault('provider_queue_full', 'too many requests are waiting', { retryable: true });
  if (waitMs > 0) await options.sleep(waitMs);
}

/** Takes credits of all processes together, or of this one alone without Redis. The window that has too few left, or null. */
async function takeCredits(entry: Guarded, options: ChainOptions, creditCount: number): Promise<CreditUse | null> {
  const { provider, credits } = entry;
  const uses = credits.uses();
  if (uses.length === 0) return null;
  const nowMs = options.clock();
  const windows = uses.map(({ window, usedCredits: used, limitCredits: limit, endsAtMs }) => {
    return { window: `${window}:${endsAtMs}`, used, limit, leftMs: endsAtMs - nowMs };
  });
  const shared = await options.caches.allowances.take(`markets.${provider.name}`, windows, creditCount);
  if (!shared) return credits.take(creditCount);
  if (!shared.isTaken) {
    const spent = uses[shared.spentIndex];
    return spent ? { ...spent, usedCredits: shared.used } : null;
  }
  // What the others used is known here too, and stays known when Redis goes.
  credits.resume(uses.map((use, index) => ({ ...use, usedCredits: shared.counts[index] ?? use.usedCredits })));
  return null;
}

/** Milliseconds to wait for a turn among all processes; null when the queue is too long. */
async function takeTurn({ provider, bucket }: Guarded, { caches }: ChainOptions): Promise<number | null> {
  const { perMinute, burst } = provider.quota;
  const pace = { tokenMs: MINUTE_MS / perMinute, burst, waitMsMax: QUEUE_WAIT_MS_MAX };
  const shared = await caches.allowances.turn(`markets.${provider.name}`, pace);
  return shared ? shared.waitMs : bucket.take();
}

function recordFault(breaker: Breaker, fault: Fault): void {
  if (fault.code === 'provider_queue_full') return; // Our own queue says nothing about the provider.
  const reason = `${fault.code}: ${fault.message}`;
  if (fault instanceof QuotaFault) return breaker.recordFailure(reason, 'opens', fault.openUntilMs);
  const isFinal = fault.code === 'provider_rate_limited' || fault.code === 'provider_key_refused';
  breaker.recordFailure(reason, isFinal ? 'opens' : 'counts');
}

function reasonOf(details: Readonly<Record<string, unknown>>): string {
  return typeof details['reason'] === 'string' ? details['reason'] : 'no reason given';
}
