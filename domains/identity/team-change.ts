/**
 * Change of manager: an adviser, or the manager who has her, asks that she moves to another team and says why. The manager
 * who would receive her (never the one who asked) or an admin decides; the history stays.
 */
import { isInScope, type Result, ok, refuse } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Actor } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import {
  closeManagerChange,
  findManagerChange,
  insertManagerChange,
  listManagerChanges,
  listPendingIds,
  type ManagerChange,
} from './team-change.store.ts';
import { tellReach } from './reach.ts';
import { ManagerChangeAsked, ManagerChangeClosed } from './team-contract.ts';
import { listTeams, lockTeams, moveAdviser } from './team.store.ts';
import type { Doer } from './user.ts';
import { findMember, findUser } from './user.store.ts';

const HREF = '/ajustes/equipos?vista=cambios';

/** May decide and see every request: whoever may change teams. */
const seesAll = ({ permissions }: Actor): boolean => permissions.has('identity.teams.update');

/** The changes that an actor may know of, newest first. */
export async function readManagerChanges(
  queryable: Queryable,
  actor: Actor,
  page: { readonly before: string | null; readonly limit: number },
): Promise<ManagerChange[]> {
  const adviserUserIds = actor.rows.kind === 'advisers' ? actor.rows.userIds : [];
  const concerned = seesAll(actor) ? null : { userId: actor.userId, adviserUserIds };
  return listManagerChanges(queryable, { workspaceId: actor.workspaceId, concerned, ...page });
}

export function mayDecide(actor: Actor, change: ManagerChange): boolean {
  if (change.status !== 'pending') return false;
  return seesAll(actor) || (change.toManagerId === actor.userId && change.askedBy.id !== actor.userId);
}

export function mayWithdraw(actor: Actor, change: ManagerChange): boolean {
  return change.status === 'pending' && (change.askedBy.id === actor.userId || seesAll(actor));
}

type AskRefusal = 'adviser_not_found' | 'team_not_found' | 'already_in_team' | 'manager_change_pending';

/** Asks that an adviser within the asker's reach moves to another team. */
export async function askManagerChange(
  platform: Platform,
  doer: Doer,
  wish: { readonly adviserUserId: string; readonly teamId: string; readonly reason: string },
): Promise<Result<ManagerChange, AskRefusal>> {
  const { workspaceId, userId, rows } = doer.actor;
  const { adviserUserId, teamId, reason } = wish;
  return platform.db.transaction(async (tx) => {
    await lockTeams(tx, workspaceId);
    const adviser = await findMember(tx, workspaceId, adviserUserId);
    const isReached = isInScope(rows, { adviserUserId, clientUserId: null });
    if (adviser?.role !== 'adviser' || !isReached) return refuse('adviser_not_found', { adviserUserId });
    const teams = await listTeams(tx, workspaceId);
    const to = teams.find(({ id }) => id === teamId);
    if (!to) return refuse('team_not_found', { teamId });
    const from = teams.find(({ advisers }) => advisers.some(({ id }) => id === adviserUserId)) ?? null;
    if (from?.id === to.id) return refuse('already_in_team', { team: to.name });
    const id = platform.newId();
    const isNew = await insertManagerChange(tx, {
      id,
      workspaceId,
      adviserUserId,
      from,
      to,
      reason,
      status: 'pending',
      askedById: userId,
      atMs: platform.clock(),
    });
    if (!isNew) return refuse('manager_change_pending');
    const change = await requireChange(tx, workspaceId, id);
    tx.emit(ManagerChangeAsked, { workspaceId, subjectId: id, payload: payloadOf(change) });
    await tell(platform, tx, doer, change);
    await record(platform, tx, doer, { action: 'identity.manager_change.asked', change });
    return ok(change);
  });
}

type DecideRefusal =
  | 'manager_change_not_found'
  | 'manager_change_closed'
  | 'not_yours_to_decide'
  | 'adviser_not_found'
  | 'answer_missing';

/** Approves (the adviser moves at once) or refuses, which needs a word of why. */
export async function decideManagerChange(
  platform: Platform,
  doer: Doer,
  decision: { readonly requestId: string; readonly isApproved: boolean; readonly answer: string },
): Promise<Result<ManagerChange, DecideRefusal>> {
  const { actor } = doer;
  const { workspaceId } = actor;
  return platform.db.transaction(async (tx) => {
    const found = await requirePending(tx, actor, decision.requestId);
    if (!found.ok) return found;
    const asked = found.value;
    if (!mayDecide(actor, asked)) return refuse('not_yours_to_decide');
    if (!decision.isApproved && decision.answer === '') return refuse('answer_missing');
    const adviserUserId = asked.adviser.id;
    const adviser = await findMember(tx, workspaceId, adviserUserId);
    if (decision.isApproved && adviser?.role !== 'adviser') return refuse('adviser_not_found', { adviserUserId });
    await closeManagerChange(tx, {
      requestId: asked.id,
      status: decision.isApproved ? 'approved' : 'refused',
      decidedById: actor.userId,
      atMs: platform.clock(),
      answer: decision.answer,
    });
    if (decision.isApproved) {
      const joinedAtMs = platform.clock();
      await moveAdviser(tx, { workspaceId, userId: adviserUserId, teamId: asked.to.id, joinedAtMs });
      const managerIds = [asked.fromManagerId, asked.toManagerId].filter((id) => id !== null);
      tellReach(platform, tx, { workspaceId, userIds: managerIds });
    }
    const change = await requireChange(tx, workspaceId, asked.id);
    tx.emit(ManagerChangeClosed, { workspaceId, subjectId: asked.id, payload: payloadOf(change) });
    await tell(platform, tx, doer, change);
    const action = `identity.manager_change.${decision.isApproved ? 'approved' : 'refused'}`;
    await record(platform, tx, doer, { action, change });
    return ok(change);
  });
}

/** Takes a pending request back; for whoever neither asked it nor runs the teams there is none. */
export async function withdrawManagerChange(
  platform: Platform,
  doer: Doer,
  requestId: string,
): Promise<Result<undefined, 'manager_change_not_found' | 'manager_change_closed'>> {
  return platform.db.transaction(async (tx) => {
    const found = await requirePending(tx, doer.actor, requestId);
    if (!found.ok) return found;
    if (!mayWithdraw(doer.actor, found.value)) return refuse('manager_change_not_found');
    await cancel(platform, tx, doer, requestId);
    return ok(undefined);
  });
}

/** Cancels the pending requests that a direct change makes pointless. */
export async function cancelPending(
  platform: Platform,
  tx: Transaction,
  of: { readonly doer: Doer; readonly adviserUserIds: readonly string[]; readonly toTeamId: string | null },
): Promise<void> {
  const { workspaceId } = of.doer.actor;
  for (const id of await listPendingIds(tx, { ...of, workspaceId })) await cancel(platform, tx, of.doer, id);
}

/** Notes a move that was made directly, and tells those concerned; the team's own audit entry covers it. */
export async function recordMove(
  platform: Platform,
  tx: Transaction,
  move: {
    readonly doer: Doer;
    readonly adviserUserId: string;
    readonly from: { readonly id: string; readonly name: string } | null;
    readonly to: { readonly id: string; readonly name: string; readonly managerId: string };
  },
): Promise<void> {
  const { doer, adviserUserId, from, to } = move;
  const { workspaceId, userId } = doer.actor;
  const id = platform.newId();
  await insertManagerChange(tx, {
    id,
    workspaceId,
    adviserUserId,
    from,
    to,
    reason: '',
    status: 'approved',
    askedById: userId,
    atMs: platform.clock(),
  });
  const change = await requireChange(tx, workspaceId, id);
  tx.emit(ManagerChangeClosed, { workspaceId, subjectId: id, payload: payloadOf(change) });
  await tell(platform, tx, doer, change);
}

async function cancel(platform: Platform, tx: Transaction, doer: Doer, requestId: string): Promise<void> {
  const { workspaceId, userId } = doer.actor;
  const end = { requestId, decidedById: userId, atMs: platform.clock(), answer: '' };
  await closeManagerChange(tx, { ...end, status: 'cancelled' });
  const change = await requireChange(tx, workspaceId, requestId);
  tx.emit(ManagerChangeClosed, { workspaceId, subjectId: requestId, payload: payloadOf(change) });
  await tell(platform, tx, doer, change);
  await record(platform, tx, doer, { action: 'identity.manager_change.cancelled', change });
}

async function requirePending(
  tx: Transaction,
  actor: Actor,
  requestId: string,
): Promise<Result<ManagerChange, 'manager_change_not_found' | 'manager_change_closed'>> {
  await lockTeams(tx, actor.workspaceId);
  const change = await findManagerChange(tx, actor.workspaceId, requestId);
  if (!change || !isConcerned(actor, change)) return refuse('manager_change_not_found');
  return change.status === 'pending' ? ok(change) : refuse('manager_change_closed', { status: change.status });
}

/** The same people as in `listManagerChanges`. */
function isConcerned(actor: Actor, change: ManagerChange): boolean {
  if (seesAll(actor)) return true;
  const ids = [change.askedBy.id, change.fromManagerId, change.toManagerId];
  return ids.includes(actor.userId) || isInScope(actor.rows, { adviserUserId: change.adviser.id, clientUserId: null });
}

async function requireChange(tx: Transaction, workspaceId: string, requestId: string): Promise<ManagerChange> {
  const change = await findManagerChange(tx, workspaceId, requestId);
  if (!change) throw new Error('manager change: the one just written is not there');
  return change;
}

function payloadOf({ id, adviser, from, to, status }: ManagerChange) {
  return { requestId: id, adviserUserId: adviser.id, fromTeamId: from?.id ?? null, toTeamId: to.id, status };
}

/** Tells the adviser, both managers and who asked; never whoever did it. */
async function tell(platform: Platform, tx: Transaction, { actor }: Doer, change: ManagerChange): Promise<void> {
  const verb = change.status === 'pending' ? 'asked' : change.status;
  const concerned = new Set([change.adviser.id, change.fromManagerId, change.toManagerId, change.askedBy.id]);
  const doer = await findUser(tx, actor.userId);
  for (const userId of concerned) {
    if (userId === null || userId === actor.userId) continue;
    await platform.notify.record(tx, {
      workspaceId: actor.workspaceId,
      userId,
      permission: 'session',
      kind: `identity.manager_change.${verb}`,
      payload: { adviser: change.adviser.name, team: change.to.name, by: doer?.name ?? '' },
      href: HREF,
    });
  }
}

async function record(
  platform: Platform,
  tx: Transaction,
  { actor, ip }: Doer,
  { action, change }: { readonly action: string; readonly change: ManagerChange },
): Promise<void> {
  await appendAudit(tx, {
    workspaceId: actor.workspaceId,
    action,
    subject: change.adviser.id,
    userId: actor.userId,
    ip,
    atMs: platform.clock(),
    before: { team: change.from?.name ?? null },
    after: {
      adviser: change.adviser.name,
      team: change.to.name,
      status: change.status,
      reason: change.reason,
      answer: change.answer,
    },
  });
}
