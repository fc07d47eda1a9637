/**
 * Provider chain: asks the providers of an instrument in order until one answers. Around each stand a breaker and a token
 * bucket; around all the platform's cache with single flight, so that many askers cost one request. Nothing here stores prices: when
 * all fail the last good price stays in the database and grows stale.
 */
import { type Clock, Fault, type LocalDate, ok, refuse, type Result } from '#kernel';
import type { Cache, Caches } from '#platform/cache';
import { answerText } from './answer-text.ts';
import { type Breaker, makeBreaker, makeTokenBucket, type ProviderHealth, type TokenBucket } from './breaker.ts';
import type { InstrumentRef, PriceAnswer, PriceProvider } from './price-provider.ts';

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
  readonly perMinute?: number;
}

export interface ProviderChain {
  /**
   * `fresh` waits for a new answer once the cached one is older than its time to live; `stale_ok` gets the old one at once
   * while a new one is fetched behind it. Refusals carry each provider's reason in `details.reasons`.
   */
  fetch(ref: InstrumentRef, from: LocalDate, patience: 'fresh' | 'stale_ok'): Promise<ChainResult>;
  health(): readonly ProviderHealth[];
  stop(): void;
}

const ANSWERS_MAX = 2_000; // A year of closes is some 50 kB: bounded well below memory, see SIZE_MAX.
const CLOSES_MAX = 500_000; // Closes kept over all answers.
const TTL_MS = 20_000; // Below every refresh interval, above the burst of a page of holdings.
const STALE_MS = 24 * 60 * 60_000; // Who does not want to wait gets yesterday's look at worst, and a new one is on its way.
const UNKNOWN_TTL_MS = 10 * 60_000; // A symbol does not come into being in a minute.
const FAILED_TTL_MS = 1_000; // Askers of the same second share a failure too.
const PER_MINUTE = 60;
const BURST = 10;

interface Guarded {
  readonly provider: PriceProvider;
  readonly breaker: Breaker;
  readonly bucket: TokenBucket;
}

/** Builds a chain; providers are asked in the order given. */
export function makeProviderChain(options: ChainOptions): ProviderChain {
  const { clock } = options;
  const guarded = options.providers.map((provider) => ({
    provider,
    breaker: makeBreaker(provider.name, clock),
    bucket: makeTokenBucket({ perMinute: options.perMinute ?? PER_MINUTE, burst: BURST }, clock),
  }));
  const stopping = new AbortController();
  const answers = openAnswers(options.caches);
  return {
    fetch: (ref, from, patience) => {
      const policy = { ttlMs: TTL_MS, staleMs: patience === 'fresh' ? 0 : STALE_MS };
      const ask = (): Promise<ChainResult> => askInOrder(guarded, { ref, from, options, signal: stopping.signal });
      return answers.get(keyOf(ref, from), policy, ask);
    },
    health: () => guarded.map(({ breaker }) => breaker.health()),
    stop: () => stopping.abort(),
  };
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

function keyOf(ref: InstrumentRef, from: LocalDate): string {
  return JSON.stringify([ref.kind, ref.symbol, ref.isin, ref.currency, ref.providerSymbol, from]);
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
    if (!entry.provider.canPrice(question.ref)) {
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
  const { breaker, bucket, provider } = entry;
  const spend = async (): Promise<void> => {
    const waitMs = bucket.take();
    if (waitMs === null) throw new Fault('provider_queue_full', 'too many requests are waiting', { retryable: true });
    if (waitMs > 0) await question.options.sleep(waitMs);
  };
  try {
    const { from, signal } = question;
    const answer = await provider.fetchPrices(question.ref, { from, signal, spend });
    breaker.recordSuccess();
    if (answer.ok) return answer;
    return refuse('unknown_symbol', { reason: `${answer.code}: ${reasonOf(answer.details)}` });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Our own queue says nothing about the provider.
    if (error.code !== 'provider_queue_full') {
      breaker.recordFailure(
        `${error.code}: ${error.message}`,
        error.code === 'provider_rate_limited' ? 'opens' : 'counts',
      );
    }
    return refuse('provider_failed', { reason: `${error.code}: ${error.message}` });
  }
}

function reasonOf(details: Readonly<Record<string, unknown>>): string {
  return typeof details['reason'] === 'string' ? details['reason'] : 'no reason given';
}
