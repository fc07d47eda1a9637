/**
 * Engine: everything of this domain that lives as long as the process. Deliveries are born in the emitting transaction, sent
 * by the process that committed them, and swept by worker processes when they are due again or their lease has ended.
 */
import { randomInt } from 'node:crypto';
import type { Platform, Stop } from '#platform/domain';
import { EndpointChanged } from './contract.ts';
import type { Completion, Shipment } from './delivery.ts';
import { claimDue, completeDeliveries, insertDeliveries, releaseDeliveries } from './delivery.store.ts';
import type { DestinationPolicy } from './destination.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createEndpointHealth } from './endpoint-health.ts';
import { listEnabledEndpoints } from './endpoint.store.ts';
import { insertInLine } from './line.store.ts';
import { createLines, type Lines } from './lines.ts';
import { adoptMissed } from './missed.ts';
import { planDeliveries } from './plan.ts';
import { openSecretBox, type SecretBox } from './secret.ts';
import { createSender } from './sender.adapter.ts';
import type { WebhooksSettings } from './settings.ts';

const SWEEP_MS = 1000; // The finest step of the retry schedule is 5 s.
const SWEEP_AGAIN_MS = 20; // A sweep that filled every lane probably left more behind.
const RELOAD_MS = 30_000; // Heals a lost message about a changed endpoint.
const LATENCY_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30];

export interface Engine {
  readonly box: SecretBox;
  readonly policy: DestinationPolicy;
  readonly directory: Directory;
  readonly dispatcher: Dispatcher;
  readonly lines: Lines;
  /** Takes what is due now; returns how many deliveries it took. */
  sweep(): Promise<number>;
  start(): Promise<Stop>;
}

const engines = new WeakMap<Platform, Engine>();

/** The engine of this process; routes, jobs and loops share it. */
export function engineOf(platform: Platform): Engine {
  let engine = engines.get(platform);
  if (!engine) {
    engine = createEngine(platform);
    engines.set(platform, engine);
  }
  return engine;
}

function createEngine(platform: Platform): Engine {
  const { db, clock, config, secrets, tokens } = platform;
  const settings = config.section<WebhooksSettings>('webhooks');
  const log = platform.telemetry.log.child({ part: 'webhooks' });
  const box = openSecretBox({ secrets, dataDir: config.dataDir, secretKey: settings.secretKey });
  const policy: DestinationPolicy = settings;
  const health = createEndpointHealth(platform, (workspaceId) => directory.reloadWorkspace(workspaceId));
  const observe = observeCompletions(platform);
  const directory: Directory = createDirectory({
    load: (workspaceId) => listEnabledEndpoints(db, workspaceId),
    box,
    log,
    onForgotten: (endpointId) => dispatcher.forget(endpointId),
    onUnreadable: ({ id, workspaceId }) => health.disable({ workspaceId, endpointId: id }, 'secret_not_readable'),
  });
  const dispatcher: Dispatcher = createDispatcher({
    directory,
    sender: createSender({ policy, timeoutMs: settings.timeoutMs }),
    timeoutMs: settings.timeoutMs,
    clock,
    tokens,
    chance: () => randomInt(1_000_000) / 1_000_000,
    log,
    complete: (completions) => completeDeliveries(db, completions, clock()),
    release: (shipments) => releaseDeliveries(db, shipments, clock()),
    onGone: ({ workspaceId, endpointId }: Shipment) => health.disable({ workspaceId, endpointId }, 'gone'),
    onHealth: (endpoint, failingSinceMs) => health.note(endpoint, failingSinceMs),
    onCompleted: (completions) => {
      observe(completions);
      pullLines(
        lines,
        completions.map(({ shipment }) => shipment),
      );
    },
  });
  const lines = createLines({ db, directory, dispatcher, clock, log });
  listenToEvents(platform, { directory, dispatcher, lines });
  const sweep = async (): Promise<number> => {
    await directory.ready();
    await adoptMissed(platform, directory);
    await dispatcher.keepPace();
    await lines.pullAll();
    const room = dispatcher.room();
    if (room.length === 0) return 0;
    const nowMs = clock();
    const shipments = await claimDue(db, { room, nowMs, leaseUntilMs: nowMs + dispatcher.leaseMs });
    dispatcher.sendClaimed(shipments);
    return shipments.length;
  };
  return {
    box,
    policy,
    directory,
    dispatcher,
    lines,
    sweep,
    start: () => startEngine(platform, { directory, dispatcher, sweep }),
  };
}

/** Deliveries are written with the events they carry, and leave right after the commit. */
function listenToEvents(
  { events, newId, clock, telemetry }: Platform,
  { directory, dispatcher, lines }: Pick<Engine, 'directory' | 'dispatcher' | 'lines'>,
): void {
  events.beforeCommit(async (tx, emitted) => {
    await directory.ready();
    const planned = planDeliveries({
      events: emitted,
      endpointsOf: (workspaceId) => directory.ofWorkspace(workspaceId),
      hasRoom: (endpoint) => dispatcher.hasRoom(endpoint),
      newId,
      nowMs: clock(),
      leaseMs: dispatcher.leaseMs,
    });
    if (planned.length === 0) return;
    const inLine = planned.filter(({ line }) => line !== undefined);
    if (inLine.length > 0) {
      tx.withCommit(insertInLine(tx, inLine));
      tx.afterCommit(() => pullLines(lines, inLine));
    }
    const direct = inLine.length === 0 ? planned : planned.filter(({ line }) => line === undefined);
    if (direct.length === 0) return;
    const shipments: Shipment[] = [];
    tx.withCommit(
      insertDeliveries(tx, direct).then((born) => {
        for (const { dueAtMs, ...delivery } of direct) {
          if (delivery.state !== 'sending' || !born.has(delivery.id)) continue;
          shipments.push({ ...delivery, attempt: 1, leaseUntilMs: dueAtMs });
        }
      }),
    );
    tx.afterCommit(() => dispatcher.send(shipments));
  });
  events.onPublished((published) => {
    const changed = new Set(
      published.filter(({ name }) => name === EndpointChanged.name).map((event) => event.workspaceId),
    );
    for (const workspaceId of changed) {
      directory
        .reloadWorkspace(workspaceId)
        .catch((error: unknown) => telemetry.log.warn('Webhook endpoints not reloaded', { error: String(error) }));
    }
  });
}

async function startEngine(
  platform: Platform,
  { directory, dispatcher, sweep }: Pick<Engine, 'directory' | 'dispatcher' | 'sweep'>,
): Promise<Stop> {
  await directory.ready();
  const stopping = new AbortController();
  const loops = [repeat(stopping.signal, RELOAD_MS, () => directory.reloadAll().then(() => RELOAD_MS), platform)];
  if (platform.roles.has('worker')) {
    const sweepOnce = async (): Promise<number> => ((await sweep()) > 0 ? SWEEP_AGAIN_MS : SWEEP_MS);
    loops.push(repeat(stopping.signal, SWEEP_MS, sweepOnce, platform));
  }
  return async () => {
    stopping.abort();
    await Promise.all(loops);
    await dispatcher.stop();
  };
}

/** Runs `work` again and again, waiting as long as it asks; after a failure `restMs`. */
async function repeat(
  signal: AbortSignal,
  restMs: number,
  work: () => Promise<number>,
  { telemetry }: Platform,
): Promise<void> {
  let waitMs = restMs;
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
    if (signal.aborted) return;
    waitMs = await work().catch((error: unknown) => {
      telemetry.log.warn('A webhook loop will try again', { error: String(error) });
      return restMs;
    });
  }
}

/** Moves the lines that some of these rows stand in. */
function pullLines(
  lines: Lines,
  rows: readonly { readonly endpointId: string; readonly line?: unknown; readonly lineKey?: string }[],
): void {
  const touched = new Set<string>();
  for (const row of rows) if (row.line !== undefined || row.lineKey !== undefined) touched.add(row.endpointId);
  for (const endpointId of touched) void lines.pull(endpointId);
}

function observeCompletions(platform: Platform): (completions: readonly Completion[]) => void {
  const { telemetry, realtime } = platform;
  const attempts = telemetry.counter('cactus_webhook_attempts_total', 'Webhook attempts by their end.', ['state']);
  const latency = telemetry.histogram(
    'cactus_webhook_latency_seconds',
    'From an event to the answer of its receiver, first attempts that succeeded.',
    { buckets: LATENCY_BUCKETS_SECONDS },
  );
  return (completions) => {
    for (const { state, latencyMs } of completions) {
      attempts.add(1, { state });
      if (latencyMs !== null) latency.observe(latencyMs / 1000);
    }
    for (const workspaceId of new Set(completions.map(({ shipment }) => shipment.workspaceId))) {
      const permission = 'webhooks.delivery.read';
      realtime.broadcast({ workspaceId, topic: 'webhooks.deliveries', permission, data: { atMs: platform.clock() } });
    }
  };
}
