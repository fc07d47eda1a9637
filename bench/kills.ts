/** Killing the server with -9 at random moments under load: what was acknowledged, what arrived, and under which id. */
import { atRate, type House, openHouse, openReceiver } from './house.ts';
import { sleep } from './section.ts';

const BEFORE_KILL_MS = { least: 700, spread: 1200 } as const; // A few kills in a short run.
const LOAD_MS_MAX = 20_000;
const TIMEOUT_MS = 1000; // Short attempts make short leases: 16 s, so that nobody waits a minute for the last one.
const LEASE_MS = TIMEOUT_MS + 15_000;
const ARRIVAL_MS_MAX = LEASE_MS + 10_000;

export interface KillReport {
  readonly acknowledgedCount: number;
  readonly lostCount: number;
  readonly duplicateRatio: number;
  /** Deliveries whose header and body name different ids, and facts that arrived under two ids. */
  readonly strayIdCount: number;
  readonly cutCount: number;
  readonly restartsMs: readonly number[];
}

interface Ledger {
  readonly acknowledged: Set<string>;
  /** How often each `webhook-id` arrived. */
  readonly received: Map<string, number>;
  /** The id under which each fact of ours arrived first. */
  readonly idOfFact: Map<number, string>;
  readonly restartsMs: number[];
  factCount: number;
  strayIdCount: number;
  cutCount: number;
}

/** Loads, kills and restarts `killCount` times, then waits for what is still on its way. */
export async function killUnderLoad(options: {
  readonly killCount: number;
  readonly perSecond: number;
  /** Load before each kill, at random within it. */
  readonly beforeKillMs?: { readonly least: number; readonly spread: number };
  readonly onKill?: (killedCount: number) => void;
}): Promise<KillReport> {
  const house = await openHouse({ CACTUS_WEBHOOKS_TIMEOUT_MS: String(TIMEOUT_MS) });
  const ledger: Ledger = {
    acknowledged: new Set(),
    received: new Map(),
    idOfFact: new Map(),
    restartsMs: [],
    factCount: 0,
    strayIdCount: 0,
    cutCount: 0,
  };
  const receiver = await openReceiver((body, headers) => note(ledger, body, String(headers['webhook-id'])));
  try {
    await house.call('POST', '/api/webhooks/endpoints', { url: receiver.url, filters: ['webhooks.custom.*'] });
    for (let kill = 1; kill <= options.killCount; kill += 1) {
      await loadUntilKilled(house, ledger, { beforeKillMs: BEFORE_KILL_MS, ...options });
      options.onKill?.(kill);
    }
    const lostCount = (): number => [...ledger.acknowledged].filter((id) => !ledger.received.has(id)).length;
    const deadlineMs = performance.now() + ARRIVAL_MS_MAX;
    while (lostCount() > 0 && performance.now() < deadlineMs) await sleep(100);
    const repeatedCount = [...ledger.received.values()].reduce((total, count) => total + count - 1, 0);
    return {
      acknowledgedCount: ledger.acknowledged.size,
      lostCount: lostCount(),
      duplicateRatio: repeatedCount / Math.max(1, ledger.received.size),
      strayIdCount: ledger.strayIdCount,
      cutCount: ledger.cutCount,
      restartsMs: ledger.restartsMs,
    };
  } finally {
    receiver.close();
    await house.close();
  }
}

function note(ledger: Ledger, body: string, headerId: string): void {
  ledger.received.set(headerId, (ledger.received.get(headerId) ?? 0) + 1);
  const { id, data } = JSON.parse(body) as {
    readonly id: string;
    readonly data: { readonly data: { readonly n: number } };
  };
  const firstId = ledger.idOfFact.get(data.data.n) ?? id;
  ledger.idOfFact.set(data.data.n, firstId);
  if (id !== headerId || id !== firstId) ledger.strayIdCount += 1;
}

/** Loads the server, kills it at a random moment and starts it again. */
async function loadUntilKilled(
  house: House,
  ledger: Ledger,
  { perSecond, beforeKillMs }: Required<Pick<Parameters<typeof killUnderLoad>[0], 'perSecond' | 'beforeKillMs'>>,
): Promise<void> {
  let isKilled = false;
  const load = { perSecond, durationMs: LOAD_MS_MAX, shouldStop: () => isKilled };
  const loading = atRate(load, async () => {
    ledger.factCount += 1;
    const data = { n: ledger.factCount };
    try {
      const { status, body } = await house.call('POST', '/api/events', { type: 'bench.crash', data });
      if (status === 201) ledger.acknowledged.add((body as { readonly id: string }).id);
    } catch {
      ledger.cutCount += 1; // Not acknowledged: it may or may not be there.
    }
  });
  await sleep(beforeKillMs.least + Math.random() * beforeKillMs.spread);
  const killedAtMs = performance.now();
  const restarting = house.killAndRestart();
  isKilled = true;
  await restarting;
  ledger.restartsMs.push(performance.now() - killedAtMs);
  await loading;
}
