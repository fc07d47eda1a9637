/**
 * Teams: one manager and her advisers; and the requests to move an adviser to another manager. Who is in a team decides
 * whose rows its manager reaches, so every change is heard by open sessions at once.
 */
import { z } from 'zod';
import { endpoint, event } from '#kernel';
import { Id, Name } from './contract-schemas.ts';

const ADVISERS_MAX = 500; // As many as a workspace has people.
const REASON_LENGTH_MAX = 1_000; // A paragraph somebody reads before she decides.

const Person = z.object({ id: Id, name: z.string() });
const Team = z.object({
  id: Id,
  name: z.string(),
  version: z.number(),
  manager: Person.extend({ isDisabled: z.boolean() }),
  advisers: z.array(Person.extend({ isDisabled: z.boolean(), joinedAtMs: z.number() })),
});
const TeamWish = z.object({ name: Name, managerUserId: Id, adviserUserIds: z.array(Id).max(ADVISERS_MAX) });
const TEAM_REFUSALS = { team_name_taken: 409, manager_not_found: 422, adviser_not_found: 422 } as const;
const TeamParams = z.object({ teamId: Id });

export const ListTeams = endpoint({
  method: 'GET',
  path: '/api/teams',
  permission: 'identity.teams.read',
  summary: 'Teams and their managers; of the advisers, those whom the asker may know of.',
  response: z.object({ items: z.array(Team) }),
});

export const CreateTeam = endpoint({
  method: 'POST',
  path: '/api/teams',
  permission: 'identity.teams.update',
  caller: 'person',
  summary: 'Creates a team; advisers who were in another one leave it.',
  body: TeamWish,
  response: Team,
  status: 201,
  refusals: { ...TEAM_REFUSALS, teams_full: 409 },
});

export const UpdateTeam = endpoint({
  method: 'PUT',
  path: '/api/teams/:teamId',
  permission: 'identity.teams.update',
  caller: 'person',
  summary: 'Sets the name, the manager and the advisers of a team; needs its version in `If-Match`.',
  params: TeamParams,
  body: TeamWish,
  response: Team,
  refusals: { ...TEAM_REFUSALS, team_not_found: 404, version_required: 428, version_mismatch: 412 },
});

export const RemoveTeam = endpoint({
  method: 'DELETE',
  path: '/api/teams/:teamId',
  permission: 'identity.teams.update',
  caller: 'person',
  summary: 'Removes a team; its advisers stay, without a manager, and requests to join it end.',
  params: TeamParams,
  status: 204,
  refusals: { team_not_found: 404 },
});

// ── Change of manager ────────────────────────────────────────────────────────────────────────────────────────────────

const TeamName = z.object({ id: Id, name: z.string() });
const ManagerChange = z.object({
  id: Id,
  adviser: Person,
  /** Names as they were when it was asked; null: she was in no team. */
  from: TeamName.nullable(),
  to: TeamName,
  reason: z.string(),
  status: z.enum(['pending', 'approved', 'refused', 'cancelled']),
  askedBy: Person,
  askedAtMs: z.number(),
  decidedBy: Person.nullable(),
  decidedAtMs: z.number().nullable(),
  answer: z.string(),
  /** Whether the asker of this list may decide it, or take it back. */
  mayDecide: z.boolean(),
  mayWithdraw: z.boolean(),
});
const Reason = z.string().trim().min(1).max(REASON_LENGTH_MAX);
const RequestParams = z.object({ requestId: Id });

export const ListManagerChanges = endpoint({
  method: 'GET',
  path: '/api/manager-changes',
  permission: 'identity.teams.read',
  summary: 'Changes of manager, asked, decided or made, newest first: all of them, or those that concern the asker.',
  query: z.object({ cursor: Id.optional(), limit: z.coerce.number().int().min(1).max(200).default(100) }),
  response: z.object({
    items: z.array(ManagerChange),
    /** Pass it as `cursor` to read on; null at the end. */
    nextCursor: Id.nullable(),
  }),
});

export const AskManagerChange = endpoint({
  method: 'POST',
  path: '/api/manager-changes',
  permission: 'identity.manager_changes.create',
  caller: 'person',
  summary: 'Asks that an adviser (oneself, or one of the own team) moves to another team, with the reason.',
  body: z.object({ adviserUserId: Id, teamId: Id, reason: Reason }),
  response: ManagerChange,
  status: 201,
  refusals: { adviser_not_found: 422, team_not_found: 422, already_in_team: 409, manager_change_pending: 409 },
});

export const DecideManagerChange = endpoint({
  method: 'PUT',
  path: '/api/manager-changes/:requestId/decision',
  permission: 'identity.manager_changes.decide',
  caller: 'person',
  summary: 'Approves or refuses a change: the manager who would receive the adviser (unless she asked), or an admin.',
  params: RequestParams,
  body: z.object({ isApproved: z.boolean(), answer: z.string().trim().max(REASON_LENGTH_MAX).default('') }),
  response: ManagerChange,
  refusals: {
    manager_change_not_found: 404,
    manager_change_closed: 409,
    not_yours_to_decide: 403,
    adviser_not_found: 409,
    answer_missing: 422,
  },
});

export const WithdrawManagerChange = endpoint({
  method: 'DELETE',
  path: '/api/manager-changes/:requestId',
  permission: 'identity.manager_changes.create',
  caller: 'person',
  summary: 'Takes a change back that nobody has decided: who asked, or an admin.',
  params: RequestParams,
  status: 204,
  refusals: { manager_change_not_found: 404, manager_change_closed: 409 },
});

export const teamApi = {
  ListTeams,
  CreateTeam,
  UpdateTeam,
  RemoveTeam,
  ListManagerChanges,
  AskManagerChange,
  DecideManagerChange,
  WithdrawManagerChange,
} as const;

// ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const EXAMPLE_ID = '01975f3c-7a00-7000-8000-000000000005';
const EXAMPLE_USER = '01975f3c-7a00-7000-8000-000000000002';
const teamPayload = z.object({ teamId: Id, name: z.string(), managerUserId: Id, adviserUserIds: z.array(Id) });
const teamExample = { teamId: EXAMPLE_ID, name: 'Norte', managerUserId: EXAMPLE_USER, adviserUserIds: [EXAMPLE_USER] };
const changePayload = z.object({
  requestId: Id,
  adviserUserId: Id,
  fromTeamId: Id.nullable(),
  toTeamId: Id,
  status: z.enum(['pending', 'approved', 'refused', 'cancelled']),
});
const changeExample = { requestId: EXAMPLE_ID, adviserUserId: EXAMPLE_USER, fromTeamId: null, toTeamId: EXAMPLE_ID };

export const TeamCreated = event({
  name: 'identity.team.created',
  version: 1,
  summary: 'A team exists.',
  permission: 'identity.users.read',
  schema: teamPayload,
  example: teamExample,
});

export const TeamUpdated = event({
  name: 'identity.team.updated',
  version: 1,
  summary: 'A team has another name, manager or advisers.',
  permission: 'identity.users.read',
  schema: teamPayload,
  example: teamExample,
});

export const TeamRemoved = event({
  name: 'identity.team.removed',
  version: 1,
  summary: 'A team is gone; its advisers have no manager.',
  permission: 'identity.users.read',
  schema: z.object({ teamId: Id }),
  example: { teamId: EXAMPLE_ID },
});

export const ReachChanged = event({
  name: 'identity.reach.changed',
  version: 1,
  summary: 'A person reaches other people’s rows from now on; her open sockets are looked at again.',
  permission: 'identity.users.read',
  schema: z.object({ userId: Id }),
  example: { userId: EXAMPLE_USER },
});

export const ManagerChangeAsked = event({
  name: 'identity.manager_change.asked',
  version: 1,
  summary: 'Somebody asks that an adviser moves to another team.',
  permission: 'identity.users.read',
  schema: changePayload,
  example: { ...changeExample, status: 'pending' },
});

export const ManagerChangeClosed = event({
  name: 'identity.manager_change.closed',
  version: 1,
  summary: 'A change of manager was approved, refused, cancelled or made directly.',
  permission: 'identity.users.read',
  schema: changePayload,
  example: { ...changeExample, status: 'approved' },
});

export const teamEvents = [
  TeamCreated,
  TeamUpdated,
  TeamRemoved,
  ReachChanged,
  ManagerChangeAsked,
  ManagerChangeClosed,
] as const;
