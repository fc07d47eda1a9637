/**
 * What identity says to the outside: people, sessions, workspaces, permissions. Instants are epoch milliseconds.
 * A workspace is where rows live (`real` or `demo`); a person may belong to several, with a role in each.
 */
import { z } from 'zod';
import { endpoint, event } from '#kernel';
import { ApiTokenCreated, ApiTokenRevoked } from './api-token-contract.ts';
import {
  Email,
  Id,
  Locale,
  Name,
  NewPassword,
  Role,
  SignedIn,
  TimeZone,
  TypedPassword,
  WorkspaceKind,
} from './contract-schemas.ts';
import { oidcEvents } from './oidc-contract.ts';
import { SIGN_IN_METHODS } from './sign-in-method.ts';
import { teamEvents } from './team-contract.ts';

export { ExchangeApiToken, ReadJwks } from './access-jwt-contract.ts';
export {
  CreateApiToken,
  ListAllApiTokens,
  ListApiTokens,
  ListApiTokenScopes,
  RevokeAnyApiToken,
  RevokeApiToken,
} from './api-token-contract.ts';
export { oidcApi } from './oidc-contract.ts';
export { factorApi } from './factor-contract.ts';

export { PASSWORD_LENGTH_MIN } from './contract-schemas.ts';
export {
  AcceptInvitation,
  CreateInvitation,
  JoinByInvitation,
  ListInvitations,
  ReadInvitationLink,
  RenewInvitation,
  RevokeInvitation,
} from './invitation-contract.ts';
export { CompleteReset, IssueReset, RequestReset } from './reset-contract.ts';
export { CompleteSetup, ReadSetup } from './setup-contract.ts';
export { teamApi } from './team-contract.ts';

const Workspace = z.object({
  id: Id,
  name: z.string(),
  kind: WorkspaceKind,
  baseCurrency: z.string(),
});

const Me = z.object({
  user: z.object({ id: Id, email: z.string(), name: z.string(), locale: Locale, timeZone: z.string() }),
  sessionId: Id,
  role: Role,
  /** Her workspace asks for a second factor first; until then only the security page answers. */
  lacksSecondFactor: z.boolean(),
  permissions: z.array(z.string()),
  workspace: Workspace,
  workspaces: z.array(Workspace.extend({ role: Role })),
});

// ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const SignIn = endpoint({
  method: 'POST',
  path: '/api/sessions',
  permission: 'public',
  summary: 'Signs in with e-mail and password; the session travels in an httpOnly cookie.',
  body: z.object({ email: z.string().min(1).max(254), password: TypedPassword }),
  response: SignedIn,
  status: 201,
  refusals: {
    credentials_wrong: 401,
    second_step_required: 401,
    sign_in_blocked: 429,
    user_disabled: 403,
    workspace_missing: 403,
    too_busy: 503,
  },
});

export const SignOut = endpoint({
  method: 'DELETE',
  path: '/api/sessions/current',
  permission: 'session',
  beforeSecondFactor: true,
  summary: 'Signs out on this device.',
  status: 204,
});

export const ListSessions = endpoint({
  method: 'GET',
  path: '/api/sessions',
  permission: 'session',
  summary: 'My devices: every open session of the person who asks.',
  response: z.object({
    items: z.array(
      z.object({
        id: Id,
        isCurrent: z.boolean(),
        ip: z.string(),
        userAgent: z.string(),
        createdAtMs: z.number(),
        lastSeenAtMs: z.number(),
        expiresAtMs: z.number(),
      }),
    ),
  }),
});

export const RevokeSession = endpoint({
  method: 'DELETE',
  path: '/api/sessions/:sessionId',
  permission: 'session',
  summary: 'Closes one of my sessions.',
  params: z.object({ sessionId: Id }),
  status: 204,
  refusals: { session_not_found: 404 },
});

export const RevokeOtherSessions = endpoint({
  method: 'DELETE',
  path: '/api/sessions',
  permission: 'session',
  summary: 'Closes all my sessions but the one that asks.',
  status: 204,
});

// ── The person herself ───────────────────────────────────────────────────────────────────────────────────────────────

export const ReadMe = endpoint({
  method: 'GET',
  path: '/api/me',
  permission: 'session',
  beforeSecondFactor: true,
  caller: 'any',
  summary: 'The signed-in person, her role and permissions here, and her workspaces.',
  response: Me,
});

export const UpdateMe = endpoint({
  method: 'PATCH',
  path: '/api/me',
  permission: 'session',
  summary: 'Changes my name, language or time zone.',
  body: z.object({ name: Name.optional(), locale: Locale.optional(), timeZone: TimeZone.optional() }),
  response: Me,
  refusals: { time_zone_unknown: 422 },
});

export const SwitchWorkspace = endpoint({
  method: 'PUT',
  path: '/api/me/workspace',
  permission: 'session',
  beforeSecondFactor: true,
  summary: 'Moves this session to another of my workspaces.',
  body: z.object({ workspaceId: Id }),
  response: Me,
  refusals: { workspace_not_found: 404 },
});

export const ChangePassword = endpoint({
  method: 'PUT',
  path: '/api/me/password',
  permission: 'session',
  stepUp: true,
  summary: 'Changes my password and closes my other sessions.',
  body: z.object({ currentPassword: TypedPassword, newPassword: NewPassword }),
  status: 204,
  refusals: { credentials_wrong: 403, password_too_weak: 422, sign_in_blocked: 429, too_busy: 503 },
});

// ── People of the workspace ──────────────────────────────────────────────────────────────────────────────────────────

const Member = z.object({
  id: Id,
  email: z.string(),
  name: z.string(),
  role: Role,
  isDisabled: z.boolean(),
  createdAtMs: z.number(),
  lastSeenAtMs: z.number().nullable(),
});

export const ListUsers = endpoint({
  method: 'GET',
  path: '/api/users',
  permission: 'identity.users.read',
  summary: 'The people of this workspace.',
  response: z.object({ items: z.array(Member) }),
});

export const CreateUser = endpoint({
  method: 'POST',
  path: '/api/users',
  permission: 'identity.users.create',
  stepUp: true,
  caller: 'person',
  summary: 'Adds a person with a role and a first password; from the demo she also joins the real workspaces you run.',
  body: z.object({ name: Name, email: Email, role: Role, password: NewPassword, locale: Locale.optional() }),
  response: Member,
  status: 201,
  holdsSecret: true,
  refusals: { email_taken: 409, role_above_yours: 403, password_too_weak: 422, users_full: 409, too_busy: 503 },
});

export const ChangeRole = endpoint({
  method: 'PUT',
  path: '/api/users/:userId/role',
  permission: 'identity.users.update',
  caller: 'person',
  stepUp: true,
  summary: 'Gives a person another role in this workspace; her sessions close, so the new role starts clean.',
  params: z.object({ userId: Id }),
  body: z.object({ role: Role }),
  response: Member,
  refusals: { user_not_found: 404, role_above_yours: 403, last_owner: 409, manages_a_team: 409 },
});

export const ChangeAccess = endpoint({
  method: 'PUT',
  path: '/api/users/:userId/access',
  permission: 'identity.users.update',
  summary: 'Disables a person (her sessions close at once) or lets her in again.',
  params: z.object({ userId: Id }),
  body: z.object({ isDisabled: z.boolean() }),
  response: Member,
  refusals: { user_not_found: 404, role_above_yours: 403, last_owner: 409, yourself: 409 },
});

export const ListPermissions = endpoint({
  method: 'GET',
  path: '/api/permissions',
  permission: 'identity.permissions.read',
  summary: 'The permission catalogue and the roles that hold each entry.',
  response: z.object({
    roles: z.array(Role),
    items: z.array(
      z.object({
        name: z.string(),
        summary: z.string(),
        summaryEs: z.string(),
        roles: z.array(Role),
      }),
    ),
  }),
});

// ── Workspaces and audit ─────────────────────────────────────────────────────────────────────────────────────────────

export const RemoveWorkspace = endpoint({
  method: 'DELETE',
  path: '/api/workspaces/:workspaceId',
  permission: 'identity.workspaces.remove',
  caller: 'person',
  summary: 'Removes the demo workspace and everything in it; its people move to their real workspace.',
  params: z.object({ workspaceId: Id }),
  response: z.object({ workspaceId: Id }),
  refusals: { workspace_not_found: 404, workspace_is_real: 409, workspace_is_your_only_one: 409 },
});

export { ListAudit, VerifyAudit } from './audit-contract.ts';

// ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const EXAMPLE_WORKSPACE = '01975f3c-7a00-7000-8000-000000000001';
const EXAMPLE_USER = '01975f3c-7a00-7000-8000-000000000002';
const EXAMPLE_SESSION = '01975f3c-7a00-7000-8000-000000000003';

export const WorkspaceCreated = event({
  name: 'identity.workspace.created',
  version: 1,
  summary: 'A workspace exists; domains that bring demo data fill it when its kind is `demo`.',
  permission: 'identity.workspaces.read',
  schema: z.object({
    workspaceId: Id,
    kind: WorkspaceKind,
    name: z.string(),
    baseCurrency: z.string(),
    ownerUserId: Id,
    locale: Locale,
    timeZone: z.string(),
  }),
  example: {
    workspaceId: EXAMPLE_WORKSPACE,
    kind: 'demo',
    name: 'Demo',
    baseCurrency: 'EUR',
    ownerUserId: EXAMPLE_USER,
    locale: 'es',
    timeZone: 'Europe/Madrid',
  },
});

export const WorkspaceRemoved = event({
  name: 'identity.workspace.removed',
  version: 1,
  summary: 'A demo workspace and its rows are gone.',
  permission: 'identity.workspaces.read',
  schema: z.object({ workspaceId: Id, kind: WorkspaceKind }),
  example: { workspaceId: EXAMPLE_WORKSPACE, kind: 'demo' },
});

export const UserCreated = event({
  name: 'identity.user.created',
  version: 1,
  summary: 'A person joined the workspace.',
  permission: 'identity.users.read',
  schema: z.object({ userId: Id, role: Role }),
  example: { userId: EXAMPLE_USER, role: 'adviser' },
});

export const UserRoleChanged = event({
  name: 'identity.user.role_changed',
  version: 1,
  summary: 'A person has another role in the workspace.',
  permission: 'identity.users.read',
  schema: z.object({ userId: Id, role: Role, previousRole: Role }),
  example: { userId: EXAMPLE_USER, role: 'manager', previousRole: 'adviser' },
});

export const UserAccessChanged = event({
  name: 'identity.user.access_changed',
  version: 1,
  summary: 'A person was disabled or let in again.',
  permission: 'identity.users.read',
  schema: z.object({ userId: Id, isDisabled: z.boolean() }),
  example: { userId: EXAMPLE_USER, isDisabled: true },
});

export const SessionOpened = event({
  name: 'identity.session.opened',
  version: 1,
  summary: 'A person signed in, and by which way.',
  permission: 'identity.users.read',
  schema: z.object({ sessionId: Id, userId: Id, method: z.enum(SIGN_IN_METHODS) }),
  example: { sessionId: EXAMPLE_SESSION, userId: EXAMPLE_USER, method: 'password' },
});

export const SessionRevoked = event({
  name: 'identity.session.revoked',
  version: 1,
  summary: 'A session ended before its time; open sockets of it must close.',
  permission: 'identity.users.read',
  schema: z.object({ sessionId: Id, userId: Id }),
  example: { sessionId: EXAMPLE_SESSION, userId: EXAMPLE_USER },
});

export const identityEvents = [
  WorkspaceCreated,
  WorkspaceRemoved,
  UserCreated,
  UserRoleChanged,
  UserAccessChanged,
  SessionOpened,
  SessionRevoked,
  ApiTokenCreated,
  ApiTokenRevoked,
  ...oidcEvents,
  ...teamEvents,
] as const;
