/**
 * Simulated market: a price for any instrument at any instant, past or future, from a seed alone; no memory, no clock.
 * Method: geometric random walk by day (normal steps from a counter hash), and inside the day a Brownian bridge by
 * midpoint displacement down to the second, so that the closes and the ticks belong to one path. It never closes.
 * Floats make the path; the price leaves as a Decimal rounded to its tick size. It never touches real money.
 */
import { addDays, DAY_MS, Decimal, epochDay, type LocalDate, localDate } from '#kernel';
import type { InstrumentKind } from '../instrument.ts';

export interface SimulatedInstrument {
  readonly kind: InstrumentKind;
  /** What tells it apart: symbol, else ISIN, else name. */
  readonly key: string;
  readonly currency: string;
}

const ANCHOR_DAY = localDate('2026-06-30'); // On this day the walk stands at the price people remember.
const ANCHOR = epochDay(ANCHOR_DAY);
const DAYS_MAX = 20_000; // More than fifty years each way: a data error, not a holding.
const BRIDGE_LEVELS = 17; // 2^17 slots are finer than the 86,400 seconds of a day.

/** Yearly volatility ratio and drift ratio by kind, close to what those markets really do. */
const TEMPER: Readonly<Record<InstrumentKind, { readonly volatilityRatio: number; readonly driftRatio: number }>> = {
  crypto: { volatilityRatio: 0.55, driftRatio: 0.25 },
  stock: { volatilityRatio: 0.26, driftRatio: 0.09 },
  etf: { volatilityRatio: 0.15, driftRatio: 0.07 },
  fund: { volatilityRatio: 0.12, driftRatio: 0.06 },
  bond: { volatilityRatio: 0.05, driftRatio: 0.03 },
  cash: { volatilityRatio: 0, driftRatio: 0 },
  other: { volatilityRatio: 0.2, driftRatio: 0.05 },
};

/** Plausible euros on the anchor day; everything else gets one from its name. */
const ANCHOR_EUROS: Readonly<Record<string, number>> = {
  BTC: 92_000,
  ETH: 3_100,
  SOL: 155,
  BNB: 610,
  XRP: 1.9,
  ADA: 0.62,
  DOT: 4.4,
  LINK: 15.5,
  AVAX: 22,
  AAPL: 205,
  MSFT: 430,
  NVDA: 150,
  AMZN: 195,
  GOOGL: 170,
  SAN: 7.1,
  ITX: 46,
  IWDA: 102,
  VWCE: 136,
};

/** Units of each currency per euro on the anchor day; an unknown one counts as a euro. */
const ANCHOR_RATES: Readonly<Record<string, number>> = {
  USD: 1.12,
  GBP: 0.85,
  CHF: 0.94,
  JPY: 168,
  CAD: 1.55,
  AUD: 1.72,
  SEK: 11.1,
  NOK: 11.6,
  DKK: 7.46,
  PLN: 4.27,
  MXN: 21.3,
  BRL: 6.2,
};
export const SIMULATED_CURRENCIES: readonly string[] = Object.keys(ANCHOR_RATES);
const RATE_VOLATILITY_RATIO = 0.06;
const VOLUME_SPREAD = 0.5; // One day in forty trades more than two and a half times the usual.

/** The price at an instant. The same seed, instrument and instant always give the same price. */
export function simulatedPrice(seed: number, instrument: SimulatedInstrument, atMs: number): Decimal {
  if (instrument.kind === 'cash') return Decimal.one;
  const walk = walkOf(seed, instrument);
  return toPrice(Math.exp(walk.logAt(atMs)));
}

/** Closes of each day of a span, oldest first, every day of the week. */
export function simulatedCloses(
  seed: number,
  instrument: SimulatedInstrument,
  span: { readonly from: LocalDate; readonly to: LocalDate },
): { readonly on: LocalDate; readonly close: Decimal }[] {
  const closes: { on: LocalDate; close: Decimal }[] = [];
  for (let on = span.from; on <= span.to && closes.length < DAYS_MAX; on = addDays(on, 1)) {
    closes.push({ on, close: simulatedPrice(seed, instrument, (epochDay(on) + 1) * DAY_MS - 1) });
  }
  return closes;
}

/**
 * Units traded on the day of an instant, up to it: evenly over the day. A wild day trades more than a calm one, some days
 * several times the usual. Whole units.
 */
export function simulatedVolume(seed: number, { kind, key }: SimulatedInstrument, atMs: number): Decimal {
  const hash = hashOf(`${seed}:volume:${kind}:${key}`);
  const usualUnits = 20_000 + 2_000_000 * unitOf(hash);
  const day = Math.floor(atMs / DAY_MS);
  const dayRatio = Math.min(1, (Math.floor((atMs - day * DAY_MS) / 1_000) + 1) / 86_400);
  const units = usualUnits * Math.exp(VOLUME_SPREAD * normalOf(hash, day, 0));
  return Decimal.of(BigInt(Math.floor(units * dayRatio)));
}

/** Units of a currency per euro at the end of a day; null for a currency the simulator does not know. */
export function simulatedEuroRate(seed: number, currency: string, on: LocalDate): Decimal | null {
  const anchor = ANCHOR_RATES[currency];
  if (anchor === undefined) return null;
  const temper = { volatilityRatio: RATE_VOLATILITY_RATIO, driftRatio: 0 };
  const key = `${seed}:fx:${currency}`;
  const walk = keptWalk(key, { key, logAnchor: Math.log(anchor), temper });
  return toPrice(Math.exp(walk.logAtDayEnd(epochDay(on))));
}

interface Walk {
  logAt(atMs: number): number;
  logAtDayEnd(day: number): number;
}

interface WalkPlan {
  readonly key: string;
  readonly logAnchor: number;
  readonly temper: { readonly volatilityRatio: number; readonly driftRatio: number };
}

const WALKS_MAX = 2_000; // Kept walks are a few kilobytes each; the oldest leaves first.
const walks = new Map<string, Walk>();

function walkOf(seed: number, { kind, key, currency }: SimulatedInstrument): Walk {
  const euros = ANCHOR_EUROS[key] ?? 5 + 195 * unitOf(hashOf(`${seed}:base:${kind}:${key}`));
  const logAnchor = Math.log(euros * (ANCHOR_RATES[currency] ?? 1));
  // The same coin walks alike in every currency; only its level differs.
  return keptWalk(`${seed}:${kind}:${key}:${currency}`, {
    key: `${seed}:${kind}:${key}`,
    logAnchor,
    temper: TEMPER[kind],
  });
}

function keptWalk(name: string, plan: WalkPlan): Walk {
  const known = walks.get(name);
  if (known) return known;
  const walk = makeWalk(plan);
  const [oldest] = walks.keys();
  if (walks.size >= WALKS_MAX && oldest !== undefined) walks.delete(oldest);
  walks.set(name, walk);
  return walk;
}

function makeWalk({ key, logAnchor, temper }: WalkPlan): Walk {
  const stepRatio = temper.volatilityRatio / Math.sqrt(365);
  const drift = temper.driftRatio / 365 - (stepRatio * stepRatio) / 2;
  const hash = hashOf(key);
  const forward = [logAnchor]; // forward[i] is the end of day ANCHOR + i
  const backward = [logAnchor]; // backward[i] is the end of day ANCHOR - i
  const step = (day: number) => drift + stepRatio * normalOf(hash, day, 0);
  const logAtDayEnd = (day: number): number => {
    const distance = Math.max(-DAYS_MAX, Math.min(DAYS_MAX, day - ANCHOR));
    while (forward.length <= distance) forward.push((forward.at(-1) ?? 0) + step(ANCHOR + forward.length));
    while (backward.length <= -distance) backward.push((backward.at(-1) ?? 0) - step(ANCHOR - backward.length + 1));
    return (distance >= 0 ? forward[distance] : backward[-distance]) ?? logAnchor;
  };
  const logAt = (atMs: number): number => {
    const day = Math.floor(atMs / DAY_MS);
    const ends = { open: logAtDayEnd(day - 1), close: logAtDayEnd(day) };
    // The last slot of the day is its close exactly, so ticks and closes agree.
    const secondRatio = (Math.floor((atMs - day * DAY_MS) / 1_000) + 1) / 86_400;
    return bridgeAt({ hash, day, ...ends, stepRatio }, secondRatio);
  };
  return { logAt, logAtDayEnd };
}

interface Bridge {
  readonly hash: number;
  readonly day: number;
  readonly open: number;
  readonly close: number;
  readonly stepRatio: number;
}

function bridgeAt(bridge: Bridge, dayRatio: number): number {
  let [low, high] = [0, 1];
  let [atLow, atHigh] = [bridge.open, bridge.close];
  let node = 1;
  for (let level = 0; level < BRIDGE_LEVELS && dayRatio > low && dayRatio < high; level += 1) {
    const middle = (low + high) / 2;
    const spread = bridge.stepRatio * Math.sqrt((high - low) / 4);
    const atMiddle = (atLow + atHigh) / 2 + spread * normalOf(bridge.hash, bridge.day, node);
    if (dayRatio < middle) [high, atHigh, node] = [middle, atMiddle, node * 2];
    else [low, atLow, node] = [middle, atMiddle, node * 2 + 1];
  }
  return dayRatio >= high ? atHigh : atLow + ((atHigh - atLow) * (dayRatio - low)) / (high - low);
}

/** Standard normal from a counter: Box and Muller over two hashed uniforms. */
function normalOf(hash: number, day: number, node: number): number {
  const first = mix(hash ^ mix(day * 2_654_435_761) ^ mix(node * 2_246_822_519 + 1));
  const second = mix(first ^ 0x9e37_79b9);
  const radius = Math.sqrt(-2 * Math.log(unitOf(first)));
  return radius * Math.cos(2 * Math.PI * unitOf(second));
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x0100_0193);
  return mix(hash);
}

/** The finaliser of MurmurHash3: every input bit moves every output bit. */
function mix(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Uniform in (0, 1], so that its logarithm exists. */
function unitOf(hash: number): number {
  return (hash + 1) / 4_294_967_296;
}

/** Two decimals above one hundred, four above one, six significant below: what real venues quote. */
function toPrice(value: number): Decimal {
  if (value >= 1) return Decimal.from(value.toFixed(value >= 100 ? 2 : 4));
  const digits = Math.min(18, 5 - Math.floor(Math.log10(value)));
  return Decimal.from(Math.max(value, 1e-15).toFixed(digits));
}
