/** Invitations over HTTP. */
import { ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import {
  AcceptInvitation,
  CreateInvitation,
  JoinByInvitation,
  ListInvitations,
  ReadInvitationLink,
  RenewInvitation,
  RevokeInvitation,
} from './invitation-contract.ts';
import {
  acceptInvitation,
  createInvitation,
  joinByInvitation,
  readInvitationLink,
  renewInvitation,
  revokeInvitation,
  type SentInvitation,
} from './invitation.ts';
import { type Invitation, listOpenInvitations } from './invitation.store.ts';
import { sendSessionCookie } from './open-session.ts';

export function invitationRoutes(http: Http, platform: Platform): void {
  http.route(ListInvitations, async ({ actor }) => {
    const invitations = await listOpenInvitations(platform.db, actor.workspaceId);
    return ok({ items: invitations.map((invitation) => shown(platform, invitation)) });
  });

  http.route(CreateInvitation, async ({ body, actor, request }) => {
    const from = { doer: { actor, ip: request.ip }, workspaceId: actor.workspaceId };
    const sent = await createInvitation(platform, from, body);
    return sent.ok ? ok(answerOf(platform, sent.value)) : sent;
  });

  http.route(RenewInvitation, async ({ params, actor, request }) => {
    const sent = await renewInvitation(platform, { actor, ip: request.ip }, params.invitationId);
    return sent.ok ? ok(answerOf(platform, sent.value)) : sent;
  });

  http.route(RevokeInvitation, ({ params, actor, request }) =>
    revokeInvitation(platform, { actor, ip: request.ip }, params.invitationId),
  );

  http.route(ReadInvitationLink, async ({ body }) => {
    const read = await readInvitationLink(platform, body.token);
    if (!read.ok) return read;
    const { invitation, workspaceName, hasAccount } = read.value;
    const { email, role, locale, expiresAtMs, invitedBy } = invitation;
    return ok({ email, role, locale, expiresAtMs, invitedByName: invitedBy?.name ?? null, workspaceName, hasAccount });
  });

  http.route(AcceptInvitation, async ({ body, actor, request, reply }) => {
    const accepted = await acceptInvitation(platform, body, { request, previous: actor });
    if (!accepted.ok) return accepted;
    const { token, ...session } = accepted.value;
    sendSessionCookie(reply, token);
    return ok(session);
  });

  http.route(JoinByInvitation, ({ body, actor, request }) =>
    joinByInvitation(platform, { actor, ip: request.ip }, body.token),
  );
}

function answerOf(platform: Platform, sent: SentInvitation) {
  return { invitation: shown(platform, sent.invitation), path: sent.path, isMailed: sent.isMailed };
}

function shown(platform: Platform, invitation: Invitation) {
  const { id, email, role, invitedBy, createdAtMs, sentAtMs, expiresAtMs } = invitation;
  const isExpired = expiresAtMs <= platform.clock();
  return { id, email, role, invitedBy, createdAtMs, sentAtMs, expiresAtMs, isExpired };
}
