/**
 * Repurchases: which losses wait because the same security was bought back, on which units they wait, and when they count.
 * Units: losses are positive euros and cents. Source: LIRPF art. 33.5.f and g (a loss is not counted while the same securities
 * were bought within the window before or after the sale, and is counted as those that remain are sold).
 * Method, after the worked example of DGT V0913-08: each unit bought in the window replaces one unit sold, once. A replaced
 * unit's loss waits on the unit that replaces it, together with what already waited on the unit sold; what is not replaced is
 * a real sale: its loss counts, and so does what waited on it. The law does not say which units of a sale were replaced: here
 * the oldest first, as they are sold. Purchases before the sale count as far as they are still held; those after it count as
 * they come. Units that leave without a sale take what waits on them along, and it never counts here.
 */
import { assert, Decimal, type LocalDate } from '#kernel';
import type { RepurchaseRule } from './jurisdiction.ts';
import { addMonths } from './months.ts';

/** Units of one lot sold at a loss. */
export interface LossPart {
  readonly instrumentId: string;
  readonly soldBy: string;
  readonly soldOn: LocalDate;
  readonly quantity: Decimal;
  /** Of its loss, what waits or has waited. */
  deferred: Decimal;
}

/** A loss, or a share of one, that had to wait. `units` are those sold. */
export interface WaitingLoss {
  readonly part: LossPart;
  readonly units: Decimal;
  readonly loss: Decimal;
  /** The lot whose purchase made it wait. */
  readonly heldIn: { readonly instrumentId: string; readonly openedBy: string; readonly openedOn: LocalDate };
  readonly fate: 'waiting' | 'counted' | 'left';
  /** Day of the sale it counts in, or of the transfer it left with. */
  readonly endedOn: LocalDate | null;
  readonly endedBy: string | null;
}

/** A loss that counts, and would not if the security were bought until a day. */
export interface LossAtRisk {
  readonly part: LossPart;
  readonly units: Decimal;
  readonly loss: Decimal;
  readonly until: LocalDate;
}

interface Piece {
  readonly part: LossPart;
  readonly units: Decimal;
  readonly loss: Decimal;
}
/** Units that replaced others, with the losses that wait on them. */
interface Block {
  readonly units: Decimal;
  readonly pieces: readonly Piece[];
  readonly heldIn: WaitingLoss['heldIn'];
}
interface Track {
  readonly instrumentId: string;
  readonly openedBy: string;
  readonly openedOn: LocalDate;
  /** Bought here on that day; what was brought in, or came in place of something else, replaces nothing. */
  readonly isBought: boolean;
  units: Decimal;
  blocks: Block[];
  /** Units of all blocks, kept as they change: every sale asks. */
  used: Decimal;
}
interface Watch {
  readonly key: string;
  readonly soldBy: string;
  readonly soldOn: LocalDate;
  readonly until: LocalDate;
  /** What waited on units of this sale, and its own losses, as far as no unit replaces them yet; oldest first. */
  waited: Block[];
  losses: Piece[];
}

export interface Opening {
  readonly key: string;
  readonly instrumentId: string;
  readonly openedBy: string;
  readonly openedOn: LocalDate;
  readonly units: Decimal;
  readonly isBought: boolean;
}

const CENTS = 2;

/** Follows every lot of a ledger, in the order of its events. */
export class RepurchaseBook {
  readonly #ruleOf: (instrumentId: string) => RepurchaseRule | null;
  readonly #tracks = new Map<string, Map<string, Track>>();
  readonly #watches = new Map<string, Watch[]>();
  readonly #ended: WaitingLoss[] = [];

  constructor(ruleOf: (instrumentId: string) => RepurchaseRule | null) {
    this.#ruleOf = ruleOf;
  }

  /** New units. Bought ones replace what was sold at a loss not long ago, the oldest sale first. */
  open(opening: Opening): void {
    const track = this.#trackOf(opening.key, opening);
    track.units = track.units.plus(opening.units);
    if (!opening.isBought) return;
    for (const watch of this.#watches.get(opening.instrumentId) ?? [])
      if (opening.openedOn <= watch.until) replace(watch, track);
    this.#endWatches(opening.instrumentId, opening.openedOn);
  }

  /** A sale: the units it took by lot, with the loss of each (zero for a gain). */
  sell(sale: {
    readonly key: string;
    readonly instrumentId: string;
    readonly soldBy: string;
    readonly soldOn: LocalDate;
    readonly parts: readonly { readonly part: LossPart; readonly openedBy: string; readonly loss: Decimal }[];
  }): void {
    const { key, instrumentId, soldBy, soldOn, parts } = sale;
    this.#endWatches(instrumentId, soldOn);
    const waited = parts.flatMap(({ part, openedBy }) => this.#take(key, openedBy, part.quantity));
    const rule = this.#ruleOf(instrumentId);
    if (!rule) return this.#end(waited, { fate: 'counted', endedOn: soldOn, endedBy: soldBy });
    const losses = parts
      .filter(({ loss }) => loss.sign > 0)
      .map(({ part, loss }) => ({ part, units: part.quantity, loss }));
    const until = addMonths(soldOn, rule.months);
    const watch: Watch = { key, soldBy, soldOn, until, waited, losses };
    const since = addMonths(soldOn, -rule.months);
    const bought = this.#tracksOf(instrumentId)
      .filter((track) => track.isBought && track.openedOn >= since && track.openedOn <= soldOn)
      .toSorted((a, b) => (a.openedOn < b.openedOn ? -1 : a.openedOn > b.openedOn ? 1 : 0));
    for (const track of bought) replace(watch, track);
    if (watch.waited.length === 0 && watch.losses.length === 0) return;
    this.#watches.set(instrumentId, [...(this.#watches.get(instrumentId) ?? []), watch]);
  }

  /** Units multiply without money: a split or bonus shares. */
  scale(key: string, instrumentId: string, ratio: { readonly part: Decimal; readonly whole: Decimal }): void {
    for (const track of this.#tracks.get(key)?.values() ?? []) {
      track.units = scaled(track.units, ratio);
      track.blocks = track.blocks.map((block) => ({ ...block, units: scaled(block.units, ratio) }));
      track.used = usedBy(track.blocks);
    }
    for (const watch of this.#watches.get(instrumentId) ?? []) {
      if (watch.key !== key) continue;
      watch.waited = watch.waited.map((block) => ({ ...block, units: scaled(block.units, ratio) }));
      watch.losses = watch.losses.map((piece) => ({ ...piece, units: scaled(piece.units, ratio) }));
    }
  }

  /** Units become units of another instrument; what waits on them goes along. Lots are those after the move. */
  move(move: {
    readonly from: { readonly key: string; readonly unitsOf: (openedBy: string) => Decimal };
    readonly to: {
      readonly key: string;
      readonly instrumentId: string;
      readonly unitsOf: (openedBy: string) => Decimal;
    };
  }): void {
    const { from, to } = move;
    for (const track of this.#tracks.get(from.key)?.values() ?? []) {
      const gone = track.units.minus(from.unitsOf(track.openedBy));
      if (gone.sign <= 0) continue;
      const blocks = this.#take(from.key, track.openedBy, gone);
      const target = this.#trackOf(to.key, { ...track, instrumentId: to.instrumentId, key: to.key });
      const arrived = to.unitsOf(track.openedBy).minus(target.units);
      target.units = target.units.plus(arrived);
      const heldIn = { instrumentId: to.instrumentId, openedBy: track.openedBy, openedOn: track.openedOn };
      const ratio = { part: arrived, whole: gone };
      target.blocks.push(...blocks.map((block) => ({ ...block, heldIn, units: scaled(block.units, ratio) })));
      target.used = usedBy(target.blocks);
    }
  }

  /** Units leave without a sale. Lots are those after it. */
  leave(leaving: {
    readonly key: string;
    readonly unitsOf: (openedBy: string) => Decimal;
    readonly on: LocalDate;
    readonly by: string;
  }): void {
    for (const track of this.#tracks.get(leaving.key)?.values() ?? []) {
      const gone = track.units.minus(leaving.unitsOf(track.openedBy));
      if (gone.sign <= 0) continue;
      const blocks = this.#take(leaving.key, track.openedBy, gone);
      this.#end(blocks, { fate: 'left', endedOn: leaving.on, endedBy: leaving.by });
    }
  }

  /** Units of a lot that are followed. */
  unitsOf(key: string, openedBy: string): Decimal {
    return this.#tracks.get(key)?.get(openedBy)?.units ?? Decimal.zero;
  }

  /** Every loss that waited and what became of it, and those that may still have to wait after `today`. */
  close(today: LocalDate): { readonly waiting: readonly WaitingLoss[]; readonly atRisk: readonly LossAtRisk[] } {
    const atRisk = [...this.#watches.values()].flat().flatMap((watch) => {
      if (watch.until < today) return [];
      const old = watch.waited.flatMap((block) => block.pieces);
      return [...old, ...watch.losses].map((piece) => ({ ...piece, until: watch.until }));
    });
    for (const instrumentId of this.#watches.keys()) this.#endWatches(instrumentId, null);
    const tracks = [...this.#tracks.values()].flatMap((byLot) => [...byLot.values()]);
    const open = tracks.flatMap((track) => endOf(track.blocks, { fate: 'waiting', endedOn: null, endedBy: null }));
    return { waiting: [...this.#ended, ...open], atRisk };
  }

  #trackOf(key: string, lot: Omit<Opening, 'units'>): Track {
    const byLot = this.#tracks.get(key) ?? new Map<string, Track>();
    this.#tracks.set(key, byLot);
    const { instrumentId, openedBy, openedOn, isBought } = lot;
    const track = byLot.get(openedBy) ?? {
      instrumentId,
      openedBy,
      openedOn,
      isBought,
      units: Decimal.zero,
      blocks: [],
      used: Decimal.zero,
    };
    byLot.set(openedBy, track);
    return track;
  }

  #tracksOf(instrumentId: string): Track[] {
    return [...this.#tracks.values()].flatMap((byLot) =>
      [...byLot.values()].filter((track) => track.instrumentId === instrumentId),
    );
  }

  /** Takes units off a lot, those that something waits on first, and returns what waited on them. */
  #take(key: string, openedBy: string, units: Decimal): Block[] {
    const track = this.#tracks.get(key)?.get(openedBy);
    if (!track) return [];
    track.units = track.units.minus(units);
    const taken: Block[] = [];
    let missing = units;
    while (missing.sign > 0) {
      const [head, ...rest] = track.blocks;
      if (!head) break;
      const [part, left] = divideBlock(head, missing);
      taken.push(part);
      track.blocks = left ? [left, ...rest] : rest;
      missing = missing.minus(part.units);
      track.used = track.used.minus(part.units);
    }
    if (track.units.sign <= 0 && track.blocks.length === 0) this.#tracks.get(key)?.delete(openedBy);
    return taken;
  }

  /** Sales whose window has passed by a day (all of them for null): what nothing replaced counts in them. */
  #endWatches(instrumentId: string, day: LocalDate | null): void {
    const watches = this.#watches.get(instrumentId) ?? [];
    const passed = watches.filter((watch) => day === null || watch.until < day || isReplaced(watch));
    for (const { waited, soldOn, soldBy } of passed)
      this.#end(waited, { fate: 'counted', endedOn: soldOn, endedBy: soldBy });
    this.#watches.set(
      instrumentId,
      watches.filter((watch) => !passed.includes(watch)),
    );
  }

  #end(blocks: readonly Block[], end: Pick<WaitingLoss, 'fate' | 'endedOn' | 'endedBy'>): void {
    this.#ended.push(...endOf(blocks, end));
  }
}

function endOf(blocks: readonly Block[], end: Pick<WaitingLoss, 'fate' | 'endedOn' | 'endedBy'>): WaitingLoss[] {
  return blocks.flatMap(({ pieces, heldIn }) => pieces.map((piece) => ({ ...piece, heldIn, ...end })));
}

function isReplaced(watch: Watch): boolean {
  return watch.waited.length === 0 && watch.losses.length === 0;
}

/** Puts free units of a lot in the place of units of a sale: one unit carries both what waited and the sale's own loss. */
function replace(watch: Watch, track: Track): void {
  const { instrumentId, openedBy, openedOn } = track;
  const heldIn = { instrumentId, openedBy, openedOn };
  let free = track.units.minus(track.used);
  while (free.sign > 0 && !isReplaced(watch)) {
    const [old, ...olds] = watch.waited;
    const [own, ...owns] = watch.losses;
    const units = [free, old?.units, own?.units]
      .filter((each) => each !== undefined)
      .reduce((least, each) => (each.compare(least) < 0 ? each : least));
    const pieces: Piece[] = [];
    if (old) {
      const [part, left] = divideBlock(old, units);
      pieces.push(...part.pieces);
      watch.waited = left ? [left, ...olds] : olds;
    }
    if (own) {
      const [part, left] = dividePiece(own, { part: units, whole: own.units });
      const counted = { ...part, units };
      pieces.push(counted);
      part.part.deferred = part.part.deferred.plus(part.loss);
      watch.losses = left ? [{ ...left, units: own.units.minus(units) }, ...owns] : owns;
    }
    track.blocks.push({ units, pieces, heldIn });
    track.used = track.used.plus(units);
    free = free.minus(units);
  }
}

function usedBy(blocks: readonly Block[]): Decimal {
  return Decimal.sum(blocks.map((block) => block.units));
}

function divideBlock(block: Block, units: Decimal): [part: Block, rest: Block | null] {
  if (block.units.compare(units) <= 0) return [block, null];
  const divided = block.pieces.map((piece) => dividePiece(piece, { part: units, whole: block.units }));
  const rest = block.units.minus(units);
  return [
    { ...block, units, pieces: divided.map(([part]) => part) },
    { ...block, units: rest, pieces: divided.flatMap(([, left]) => left ?? []) },
  ];
}

/** A share of a loss, to the cent; the rest keeps what remains, so that no cent is made or lost. */
function dividePiece(
  piece: Piece,
  share: { readonly part: Decimal; readonly whole: Decimal },
): [part: Piece, rest: Piece | null] {
  assert(share.whole.sign > 0, 'repurchase: a loss is divided by units');
  if (share.part.compare(share.whole) >= 0) return [piece, null];
  const loss = piece.loss.times(share.part).dividedBy(share.whole, CENTS, 'half-even');
  const units = scaled(piece.units, share);
  return [
    { ...piece, units, loss },
    { ...piece, units: piece.units.minus(units), loss: piece.loss.minus(loss) },
  ];
}

function scaled(units: Decimal, { part, whole }: { readonly part: Decimal; readonly whole: Decimal }): Decimal {
  return units.times(part).dividedBy(whole, 18, 'half-even');
}
