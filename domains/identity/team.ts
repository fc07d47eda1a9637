/**
 * Teams: one manager and her advisers. Who is in a team decides whose rows its manager reaches, so each change empties the
 * memory of sessions and names, by event, every person whose reach it changes.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type VersionRefusal } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import { cancelPending, recordMove } from './team-change.ts';
import { permissionsOfRole } from './permissions.ts';
import { tellReach } from './reach.ts';
import { TeamCreated, TeamRemoved, TeamUpdated } from './team-contract.ts';
import {
  deleteTeam,
  insertTeam,
  listTeams,
  lockTeams,
  moveAdviser,
  removeAdviser,
  type Team,
  TEAMS_MAX,
  updateTeamRow,
} from './team.store.ts';
import type { Doer } from './user.ts';
import { listMembers } from './user.store.ts';

export interface TeamWish {
  readonly name: string;
  readonly managerUserId: string;
  readonly adviserUserIds: readonly string[];
}

type WishRefusal = 'team_name_taken' | 'manager_not_found' | 'adviser_not_found';

/** Creates a team. Advisers who were in another one leave it, and the history says so. */
export async function createTeam(
  platform: Platform,
  doer: Doer,
  wish: TeamWish,
): Promise<Result<Team, WishRefusal | 'teams_full'>> {
  const { workspaceId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    await lockTeams(tx, workspaceId);
    const teams = await listTeams(tx, workspaceId);
    if (teams.length >= TEAMS_MAX) return refuse('teams_full', { countMax: TEAMS_MAX });
    const checked = await checkWish(platform, tx, { workspaceId, wish, team: null });
    if (!checked.ok) return checked;
    const id = platform.newId();
    const { name, managerUserId } = wish;
    const isNew = await insertTeam(tx, { id, workspaceId, name, managerUserId, createdAtMs: platform.clock() });
    if (!isNew) return refuse('team_name_taken', { name });
    await setAdvisers(platform, tx, { doer, teams, teamId: id, wish });
    const team = await requireTeam(tx, workspaceId, id);
    tellReach(platform, tx, { workspaceId, userIds: touchedManagers(teams, { before: null, wish }) });
    tx.emit(TeamCreated, { workspaceId, subjectId: id, payload: payloadOf(team) });
    await record(platform, tx, doer, { action: 'identity.team.created', subject: id, after: factsOf(team) });
    return ok(team);
  });
}

/** Sets the name, the manager and the advisers of a team that the caller has seen at this version. */
export async function updateTeam(
  platform: Platform,
  doer: Doer,
  change: TeamWish & { readonly teamId: string; readonly ifMatch: string | undefined },
): Promise<Result<Team, WishRefusal | 'team_not_found' | VersionRefusal>> {
  const { workspaceId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    await lockTeams(tx, workspaceId);
    const teams = await listTeams(tx, workspaceId);
    const before = teams.find(({ id }) => id === change.teamId);
    if (!before) return refuse('team_not_found');
    const versions = checkVersion(change.ifMatch, before.version);
    if (!versions.ok) return versions;
    const checked = await checkWish(platform, tx, { workspaceId, wish: change, team: before });
    if (!checked.ok) return checked;
    if (!(await updateTeamRow(tx, { ...change, id: before.id, workspaceId }))) {
      return refuse('team_name_taken', { name: change.name });
    }
    await setAdvisers(platform, tx, { doer, teams, teamId: before.id, wish: change });
    const team = await requireTeam(tx, workspaceId, before.id);
    tellReach(platform, tx, { workspaceId, userIds: touchedManagers(teams, { before, wish: change }) });
    tx.emit(TeamUpdated, { workspaceId, subjectId: team.id, payload: payloadOf(team) });
    const facts = { before: factsOf(before), after: factsOf(team) };
    await record(platform, tx, doer, { action: 'identity.team.updated', subject: team.id, ...facts });
    return ok(team);
  });
}

/** Removes a team. Its advisers stay without a manager; requests to join it end. */
export async function removeTeam(
  platform: Platform,
  doer: Doer,
  teamId: string,
): Promise<Result<undefined, 'team_not_found'>> {
  const { workspaceId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    await lockTeams(tx, workspaceId);
    const team = (await listTeams(tx, workspaceId)).find(({ id }) => id === teamId);
    if (!team) return refuse('team_not_found');
    await cancelPending(platform, tx, { doer, adviserUserIds: [], toTeamId: teamId });
    await deleteTeam(tx, workspaceId, teamId);
    tellReach(platform, tx, { workspaceId, userIds: [team.manager.id] });
    tx.emit(TeamRemoved, { workspaceId, subjectId: teamId, payload: { teamId } });
    await record(platform, tx, doer, { action: 'identity.team.removed', subject: teamId, before: factsOf(team) });
    return ok(undefined);
  });
}

/**
 * What a new role means for teams: who is no adviser any more leaves hers; who manages one must hand it over first. To be
 * called by the change of a role, before its audit entry.
 */
export async function leaveTeamForRole(
  platform: Platform,
  tx: Transaction,
  change: { readonly doer: Doer; readonly userId: string; readonly canManage: boolean; readonly isAdviser: boolean },
): Promise<Result<undefined, 'manages_a_team'>> {
  const { doer, userId } = change;
  const { workspaceId } = doer.actor;
  await lockTeams(tx, workspaceId);
  const teams = await listTeams(tx, workspaceId);
  const managed = teams.find(({ manager }) => manager.id === userId);
  if (managed && !change.canManage) return refuse('manages_a_team', { team: managed.name });
  if (change.isAdviser) return ok(undefined);
  await cancelPending(platform, tx, { doer, adviserUserIds: [userId], toTeamId: null });
  const team = teams.find(({ advisers }) => advisers.some(({ id }) => id === userId));
  if (!team) return ok(undefined);
  await removeAdviser(tx, workspaceId, userId);
  tellReach(platform, tx, { workspaceId, userIds: [team.manager.id] });
  return ok(undefined);
}

/** A manager must hold the say over a team, an adviser be one; whoever is in the team already may stay though disabled. */
async function checkWish(
  platform: Platform,
  tx: Transaction,
  { workspaceId, wish, team }: { readonly workspaceId: string; readonly wish: TeamWish; readonly team: Team | null },
): Promise<Result<null, 'manager_not_found' | 'adviser_not_found'>> {
  const members = await listMembers(tx, workspaceId);
  const find = (id: string, stays: boolean) => members.find((one) => one.id === id && (stays || !one.isDisabled));
  const { managerUserId } = wish;
  const manager = find(managerUserId, team?.manager.id === managerUserId);
  if (!manager || !permissionsOfRole(platform.domains, manager.role).has('identity.rows.team')) {
    return refuse('manager_not_found', { managerUserId });
  }
  const stayIds = new Set(team?.advisers.map(({ id }) => id));
  const missing = wish.adviserUserIds.find((id) => find(id, stayIds.has(id))?.role !== 'adviser');
  return missing === undefined ? ok(null) : refuse('adviser_not_found', { adviserUserId: missing });
}

/** Moves people in and out until the team is as wished. */
async function setAdvisers(
  platform: Platform,
  tx: Transaction,
  change: { readonly doer: Doer; readonly teams: readonly Team[]; readonly teamId: string; readonly wish: TeamWish },
): Promise<void> {
  const { doer, teams, teamId, wish } = change;
  const { workspaceId } = doer.actor;
  const wanted = new Set(wish.adviserUserIds);
  const present = new Set(teams.find(({ id }) => id === teamId)?.advisers.map(({ id }) => id));
  const joining = [...wanted].filter((id) => !present.has(id));
  const leaving = [...present].filter((id) => !wanted.has(id));
  await cancelPending(platform, tx, { doer, adviserUserIds: [...joining, ...leaving], toTeamId: null });
  for (const userId of leaving) await removeAdviser(tx, workspaceId, userId);
  for (const userId of joining) {
    const from = teams.find(({ advisers }) => advisers.some(({ id }) => id === userId)) ?? null;
    await moveAdviser(tx, { workspaceId, userId, teamId, joinedAtMs: platform.clock() });
    const to = { id: teamId, name: wish.name, managerId: wish.managerUserId };
    await recordMove(platform, tx, { doer, adviserUserId: userId, from, to });
  }
}

/** Everybody who gains or loses rows: both managers of this team, and those of the teams that advisers leave. */
function touchedManagers(
  teams: readonly Team[],
  { before, wish }: { readonly before: Team | null; readonly wish: TeamWish },
): string[] {
  const wanted = new Set(wish.adviserUserIds);
  const givers = teams.filter(({ advisers }) => advisers.some(({ id }) => wanted.has(id)));
  return [wish.managerUserId, ...(before ? [before.manager.id] : []), ...givers.map(({ manager }) => manager.id)];
}

async function requireTeam(tx: Transaction, workspaceId: string, teamId: string): Promise<Team> {
  const team = (await listTeams(tx, workspaceId)).find(({ id }) => id === teamId);
  if (!team) throw new Error('team: the one just written is not there');
  return team;
}

function payloadOf({ id, name, manager, advisers }: Team) {
  return { teamId: id, name, managerUserId: manager.id, adviserUserIds: advisers.map((adviser) => adviser.id) };
}

/** Names beside ids: the trail stays readable. */
function factsOf({ name, manager, advisers }: Team): Record<string, unknown> {
  return { name, manager: manager.name, managerUserId: manager.id, advisers: advisers.map((one) => one.name) };
}

async function record(
  platform: Platform,
  tx: Transaction,
  { actor, ip }: Doer,
  change: {
    readonly action: string;
    readonly subject: string;
    readonly before?: Readonly<Record<string, unknown>>;
    readonly after?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { workspaceId, userId } = actor;
  await appendAudit(tx, { workspaceId, userId, ip, atMs: platform.clock(), ...change });
}
