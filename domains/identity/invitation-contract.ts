/** Invitations to the outside: asking somebody into the workspace, and what the invited person sees and answers. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { Email, Id, LinkToken, Locale, Name, NewPassword, Role, SignedIn, TimeZone } from './contract-schemas.ts';

const Invitation = z.object({
  id: Id,
  email: z.string(),
  role: Role,
  /** Null when the operator invited from the command line. */
  invitedBy: z.object({ id: Id, name: z.string() }).nullable(),
  createdAtMs: z.number(),
  /** When the link was made or renewed. */
  sentAtMs: z.number(),
  expiresAtMs: z.number(),
  isExpired: z.boolean(),
});

const Sent = z.object({
  invitation: Invitation,
  /** The link inside the app, shown this one time; whoever has it can come in. */
  path: z.string(),
  /** False without a mail server: hand the link over yourself. */
  isMailed: z.boolean(),
});

const Params = z.object({ invitationId: Id });
const LINK_REFUSALS = { invitation_link_wrong: 404, invitation_link_expired: 410 } as const;

export const ListInvitations = endpoint({
  method: 'GET',
  path: '/api/invitations',
  permission: 'identity.users.create',
  caller: 'person',
  summary: 'Invitations to this workspace that nobody has answered yet, newest first; expired ones can be sent again.',
  response: z.object({ items: z.array(Invitation) }),
});

export const CreateInvitation = endpoint({
  method: 'POST',
  path: '/api/invitations',
  permission: 'identity.users.create',
  caller: 'person',
  summary: 'Invites an e-mail with a role, by a single-use link of seven days; mailed when a mail server is set.',
  body: z.object({ email: Email, role: Role, locale: Locale.optional() }),
  response: Sent,
  status: 201,
  holdsSecret: true,
  refusals: { role_above_yours: 403, already_member: 409, already_invited: 409, invitations_full: 409 },
});

export const RenewInvitation = endpoint({
  method: 'PUT',
  path: '/api/invitations/:invitationId/link',
  permission: 'identity.users.create',
  caller: 'person',
  summary: 'Makes a new link of seven days, mails it when a mail server is set, and ends the old one.',
  params: Params,
  response: Sent,
  holdsSecret: true,
  refusals: { invitation_not_found: 404, role_above_yours: 403 },
});

export const RevokeInvitation = endpoint({
  method: 'DELETE',
  path: '/api/invitations/:invitationId',
  permission: 'identity.users.create',
  caller: 'person',
  summary: 'Takes an invitation back; its link opens nothing from now on.',
  params: Params,
  status: 204,
  refusals: { invitation_not_found: 404, role_above_yours: 403 },
});

export const ReadInvitationLink = endpoint({
  method: 'POST',
  path: '/api/invitation-link',
  permission: 'public',
  summary:
    'What a link invites to. A POST, because the link travels in the body and never in an address that is logged.',
  body: z.object({ token: LinkToken }),
  response: z.object({
    email: z.string(),
    role: Role,
    workspaceName: z.string(),
    invitedByName: z.string().nullable(),
    locale: Locale,
    expiresAtMs: z.number(),
    /** True when this e-mail has an account already: she signs in and joins, and chooses no password. */
    hasAccount: z.boolean(),
  }),
  holdsSecret: true,
  refusals: LINK_REFUSALS,
});

export const AcceptInvitation = endpoint({
  method: 'POST',
  path: '/api/invitation-link/acceptance',
  permission: 'public',
  summary: 'Creates the invited person with a name and a password of her choice, and signs her in. Works once.',
  body: z.object({ token: LinkToken, name: Name, password: NewPassword, locale: Locale, timeZone: TimeZone }),
  response: SignedIn,
  status: 201,
  holdsSecret: true,
  refusals: {
    ...LINK_REFUSALS,
    email_taken: 409,
    password_too_weak: 422,
    time_zone_unknown: 422,
    users_full: 409,
    too_busy: 503,
    user_disabled: 403,
    workspace_missing: 403,
  },
});

export const JoinByInvitation = endpoint({
  method: 'POST',
  path: '/api/invitation-link/joining',
  permission: 'session',
  summary: 'Joins the workspace that a link invites to, for a person who has an account with that e-mail.',
  body: z.object({ token: LinkToken }),
  response: z.object({ workspaceId: Id }),
  holdsSecret: true,
  refusals: { ...LINK_REFUSALS, invitation_for_another: 403, already_member: 409, users_full: 409 },
});
