/**
 * Bulk replay and recovery: many deliveries sent again, asked once, done in small steps by a durable job. A step begins when
 * what the last one queued has left, so that live events are not pushed aside and a cancellation means something.
 */
import { recordAudit } from '#identity';
import { refuse, ok, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { StoredEvent } from '#platform/events';
import type { LiveEndpoint } from './endpoint.ts';
import { engineOf } from './engine.ts';
import { planMissed } from './missed.ts';
import type { ReplayFilter } from './replay-shapes.ts';
import {
  countPicked,
  eventsWithDelivery,
  insertMissed,
  insertReplay,
  lockReplay,
  type Pick,
  type Replay,
  type ReplayCounts,
  type ReplayScope,
  requeue,
  updateReplay,
} from './replay.store.ts';

export const REPLAY_JOB = 'webhooks.delivery.replay_many';
const ROWS_PER_STEP_MAX = 200; // Two claims of one lane.
const EVENTS_PER_STEP_MAX = 500;
const USUAL_PER_SECOND = 300; // What one step after the other reaches on two cores.
const SECOND_MS = 1000;
const AROUND_MS = 60_000; // A delivery is born with its event, or carries its time: a minute covers every clock.
const SEARCH_STEPS_MAX = 64; // Halving a 64-bit sequence.

/** Which rows a filter means: only of endpoints that can receive them. */
export function pickOf(platform: Platform, workspaceId: string, filter: ReplayFilter): Pick {
  const live = engineOf(platform).directory.ofWorkspace(workspaceId);
  const wanted = live.filter(({ id }) => filter.endpointId === undefined || id === filter.endpointId);
  return { workspaceId, endpointIds: wanted.map(({ id }) => id), filter, bornBeforeMs: platform.clock() };
}

export async function previewReplay(
  platform: Platform,
  pick: Pick,
): Promise<{ readonly count: number; readonly estimateMs: number }> {
  const { directory } = engineOf(platform);
  const counts = await countPicked(platform.db, pick);
  const count = [...counts.values()].reduce((total, one) => total + one, 0);
  const slowestMs = [...counts].map(([endpointId, total]) => {
    const limit = directory.find(endpointId)?.rateLimitPerSecond ?? USUAL_PER_SECOND;
    return (total / Math.min(limit, USUAL_PER_SECOND)) * SECOND_MS;
  });
  return { count, estimateMs: Math.ceil(Math.max((count / USUAL_PER_SECOND) * SECOND_MS, 0, ...slowestMs)) };
}

/** Writes the replay down and orders its job, together. */
export async function startReplay(
  platform: Platform,
  request: { readonly pick: Pick; readonly kind: Replay['kind']; readonly requestedBy: string },
): Promise<Replay> {
  const { pick, kind, requestedBy } = request;
  const counts = await countPicked(platform.db, pick);
  const replay: Replay = {
    id: platform.newId(),
    workspaceId: pick.workspaceId,
    kind,
    filter: pick.filter,
    state: 'running',
    total: [...counts.values()].reduce((total, one) => total + one, 0),
    queued: 0,
    position: 'delivery:',
    requestedBy,
    createdAtMs: pick.bornBeforeMs,
    finishedAtMs: null,
  };
  await platform.db.transaction(async (tx) => {
    await insertReplay(tx, replay);
    await orderReplay(tx, { workspaceId: replay.workspaceId, replayId: replay.id });
    await recordAudit(tx, {
      workspaceId: replay.workspaceId,
      action: 'webhooks.replay.started',
      subject: replay.id,
      atMs: replay.createdAtMs,
      after: { kind, total: replay.total, filter: { ...pick.filter } },
    });
  });
  return replay;
}

/** Adds the job that goes on with a replay. */
export function orderReplay(tx: Transaction, scope: ReplayScope): Promise<void> {
  return tx.addJob(REPLAY_JOB, scope, { key: `${REPLAY_JOB}:${scope.replayId}` });
}

/** Ends a running replay where it is. */
export function cancelReplay(
  platform: Platform,
  scope: ReplayScope,
): Promise<Result<Replay, 'replay_not_found' | 'replay_over'>> {
  return platform.db.transaction<Result<Replay, 'replay_not_found' | 'replay_over'>>(async (tx) => {
    const replay = await lockReplay(tx, scope);
    if (!replay) return refuse('replay_not_found');
    if (replay.state !== 'running') return refuse('replay_over');
    const cancelled: Replay = { ...replay, state: 'cancelled', finishedAtMs: platform.clock() };
    await updateReplay(tx, cancelled);
    const { workspaceId, id: subject } = replay;
    await recordAudit(tx, { workspaceId, action: 'webhooks.replay.cancelled', subject, atMs: platform.clock() });
    return ok(cancelled);
  });
}

/** One step, in one transaction with its new position: a crash repeats nothing. Null when it is over or gone. */
export async function stepReplay(platform: Platform, scope: ReplayScope): Promise<Replay | null> {
  await engineOf(platform).directory.ready();
  return platform.db.transaction(async (tx) => {
    const replay = await lockReplay(tx, scope);
    if (replay?.state !== 'running') return null;
    const next = replay.position.startsWith('event:')
      ? await stepMissed(platform, tx, replay)
      : await stepDeliveries(platform, tx, replay);
    await updateReplay(tx, next);
    return next;
  });
}

async function stepDeliveries(platform: Platform, tx: Transaction, replay: Replay): Promise<Replay> {
  const afterId = replay.position.slice('delivery:'.length) || null;
  const pick = { ...pickOf(platform, replay.workspaceId, replay.filter), bornBeforeMs: replay.createdAtMs };
  const step = { ...pick, replayId: replay.id, afterId, nowMs: platform.clock() };
  const ids = await requeue(tx, step, ROWS_PER_STEP_MAX);
  const queued = replay.queued + ids.length;
  const moved = { ...replay, queued, position: `delivery:${ids.at(-1) ?? afterId ?? ''}` };
  if (ids.length === ROWS_PER_STEP_MAX) return moved;
  if (replay.kind === 'replay') return finished(platform, moved);
  const before = await sequenceBefore(platform, replay.workspaceId, replay.filter.sinceMs ?? 0);
  return { ...moved, position: `event:${before}` };
}

/** Deliveries of events that the endpoint would have heard but has none of. */
async function stepMissed(platform: Platform, tx: Transaction, replay: Replay): Promise<Replay> {
  const endpoint = engineOf(platform).directory.find(replay.filter.endpointId ?? '');
  if (!endpoint) return finished(platform, replay);
  const sequence = BigInt(replay.position.slice('event:'.length));
  const { workspaceId } = replay;
  const events = await platform.events.after({ workspaceId, sequence, limit: EVENTS_PER_STEP_MAX });
  const sinceMs = replay.filter.sinceMs ?? 0;
  const wanted = events.filter(({ occurredAtMs }) => occurredAtMs >= sinceMs && occurredAtMs <= replay.createdAtMs);
  const added = await addMissed(platform, tx, { replay, endpoint, events: wanted });
  const moved = {
    ...replay,
    total: replay.total + added,
    queued: replay.queued + added,
    position: `event:${events.at(-1)?.sequence ?? sequence}`,
  };
  const isLast = events.length < EVENTS_PER_STEP_MAX || (events.at(-1)?.occurredAtMs ?? 0) > replay.createdAtMs;
  return isLast ? finished(platform, moved) : moved;
}

async function addMissed(
  platform: Platform,
  tx: Transaction,
  missed: { readonly replay: Replay; readonly endpoint: LiveEndpoint; readonly events: readonly StoredEvent[] },
): Promise<number> {
  const { replay, endpoint, events } = missed;
  const rows = planMissed(events, () => [endpoint], platform.clock());
  if (rows.length === 0) return 0;
  const times = rows.map(({ occurredAtMs }) => occurredAtMs);
  const known = await eventsWithDelivery(tx, {
    endpointId: endpoint.id,
    eventIds: rows.map(({ eventId }) => eventId),
    fromMs: Math.min(...times) - AROUND_MS,
    toMs: Math.max(...times) + AROUND_MS,
  });
  const unknown = rows.filter(({ eventId }) => !known.has(eventId));
  return unknown.length === 0 ? 0 : insertMissed(tx, replay.id, unknown);
}

/** The last sequence before an instant, by halving: events are numbered in the order of their commits. */
async function sequenceBefore({ events }: Platform, workspaceId: string, atMs: number): Promise<bigint> {
  const [newest] = await events.latest({ workspaceId, limit: 1 });
  let [low, high] = [0n, newest?.sequence ?? 0n];
  for (let step = 0; step < SEARCH_STEPS_MAX && low < high; step += 1) {
    const middle = (low + high) / 2n;
    const [next] = await events.after({ workspaceId, sequence: middle, limit: 1 });
    if (next && next.occurredAtMs < atMs - AROUND_MS) low = next.sequence;
    else high = middle;
  }
  return low;
}

function finished(platform: Platform, replay: Replay): Replay {
  return { ...replay, state: 'done', finishedAtMs: platform.clock() };
}

/** As the API shows it. */
export function viewOfReplay(replay: Replay, counts: ReplayCounts | undefined, nowMs: number) {
  const { id, kind, state, total, queued, createdAtMs, finishedAtMs } = replay;
  const perMs = queued === 0 ? USUAL_PER_SECOND / SECOND_MS : queued / Math.max(1, nowMs - createdAtMs);
  return {
    id,
    kind,
    state,
    total,
    queued,
    createdAtMs,
    finishedAtMs,
    endpointId: replay.filter.endpointId ?? null,
    delivered: counts?.delivered ?? 0,
    failed: counts?.failed ?? 0,
    remainingMs: state === 'running' ? Math.ceil((total - queued) / perMs) : null,
  };
}
