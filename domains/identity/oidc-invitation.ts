/**
 * An invitation accepted with a provider's account instead of a new password. The invited person is who the provider says
 * has the invited e-mail, confirmed; nobody else joins, however she got hold of the link. Who has an account here already
 * signs in as ever and joins with one press, so that a provider never takes an account over.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, RequestFacts } from '#platform/http';
import { type AdmissionRefusal, admitPerson } from './admission.ts';
import { joinInvited, type LinkRefusal, requireInvitation } from './invitation.ts';
import { type Invitation, lockOpenInvitation } from './invitation.store.ts';
import { findLinkedAccount } from './linked-account.store.ts';
import { recordLink } from './linked-account.ts';
import type { ProviderClaims } from './oidc.adapter.ts';
import {
  type ClaimsRefusal,
  type KnownClaims,
  newProviderUser,
  recordProviderRefusal,
  requireAllowedClaims,
} from './oidc-sign-in.ts';
import type { IdentitySettings } from './settings.ts';
import { countMembers, findUserByEmail, insertUser, type User, USERS_PER_WORKSPACE_MAX } from './user.store.ts';

export type OidcInvitationRefusal =
  | ClaimsRefusal
  | LinkRefusal
  | AdmissionRefusal
  | 'invitation_for_another'
  | 'email_taken'
  | 'users_full';

interface Visit {
  readonly request: RequestFacts;
  /** Whoever the browser was before; that session ends. */
  readonly previous: Actor | null;
}

/** Creates the invited person with her linked account, uses the link up and signs her in; every refusal is in the audit. */
export async function acceptWithProvider(
  platform: Platform,
  answer: { readonly claims: ProviderClaims; readonly linkHash: Buffer },
  visit: Visit,
): Promise<Result<{ readonly token: string }, OidcInvitationRefusal>> {
  const joined = await join(platform, answer, visit.request.ip);
  const admitted = joined.ok
    ? await admitPerson(platform, { user: joined.value, method: 'oidc', ...visit })
    : refuse(joined.code, joined.details);
  if (!admitted.ok) {
    const { claims } = answer;
    await recordProviderRefusal(platform, { claims, reason: admitted.code, ip: visit.request.ip });
  }
  return admitted;
}

async function join(
  platform: Platform,
  { claims, linkHash }: { readonly claims: ProviderClaims; readonly linkHash: Buffer },
  ip: string,
): Promise<Result<User, OidcInvitationRefusal>> {
  const settings = platform.config.section<IdentitySettings>('identity').oidc;
  const allowed = requireAllowedClaims(settings, claims);
  if (!allowed.ok) return allowed;
  return platform.db.transaction(async (tx) => {
    const link = await requireInvitation(platform, tx, linkHash);
    if (!link.ok) return link;
    const invitation = link.value;
    if (!isHers(invitation, allowed.value)) return refuse('invitation_for_another', { email: invitation.email });
    if (await findLinkedAccount(tx, claims)) return refuse('email_taken');
    if (await findUserByEmail(tx, invitation.email)) return refuse('email_taken');
    // Of two answers at once the second finds the invitation used.
    if (!(await lockOpenInvitation(tx, invitation.id))) return refuse('invitation_link_wrong');
    const { workspaceId } = invitation;
    if ((await countMembers(tx, workspaceId)) >= USERS_PER_WORKSPACE_MAX) return refuse('users_full');
    const made = await newProviderUser(platform, tx, { claims: allowed.value, workspaceId });
    const user = { ...made, email: invitation.email, locale: invitation.locale };
    if (!(await insertUser(tx, { ...user, createdAtMs: platform.clock() }))) return refuse('email_taken');
    await joinInvited(platform, tx, { invitation, userId: user.id, ip });
    const isLinked = await recordLink(platform, tx, { claims: allowed.value, userId: user.id, workspaceId, ip });
    // Somebody linked this very account in the meantime: nothing of this attempt stays.
    if (isLinked === null) throw new Error('oidc: the account of an invited person was linked at the same moment');
    return ok(user);
  });
}

function isHers(invitation: Invitation, claims: KnownClaims): boolean {
  return claims.email.toLowerCase() === invitation.email.toLowerCase();
}
