/**
 * Who may come in with what the provider says. A linked account is found by issuer and subject, never by e-mail; an account
 * that merely has the same e-mail is not taken over: its person signs in as before and links in Ajustes. Unknown people
 * come in only where the owner named their domain or address and gave the role for it.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Actor, RequestFacts } from '#platform/http';
import { type AdmissionRefusal, admitPerson } from './admission.ts';
import { INSTALLATION_CHAIN } from './audit.ts';
import { appendAudit } from './audit.store.ts';
import { UserCreated } from './contract.ts';
import { findLinkedAccount, touchLinkedAccount } from './linked-account.store.ts';
import { recordLink } from './linked-account.ts';
import type { ProviderClaims } from './oidc.adapter.ts';
import { isAllowed, isNamed, type OidcSettings } from './oidc-settings.ts';
import { NO_PASSWORD } from './password.ts';
import { needsSecondStep, stepMethods } from './second-factor.ts';
import { readFactors } from './second-factor.store.ts';
import type { IdentitySettings } from './settings.ts';
import type { HalfOpen } from './sign-in.ts';
import { openStep } from './sign-in-step.ts';
import {
  countMembers,
  findUser,
  findUserByEmail,
  insertMember,
  insertUser,
  lockEnabledOwners,
  type User,
  USERS_PER_WORKSPACE_MAX,
} from './user.store.ts';
import { listWorkspaces, listWorkspacesOfUser } from './workspace.store.ts';

export type ClaimsRefusal = 'oidc_email_missing' | 'oidc_email_not_verified' | 'oidc_not_allowed';
export type OidcSignInRefusal = ClaimsRefusal | 'oidc_link_first' | 'oidc_not_invited' | AdmissionRefusal;

export type KnownClaims = ProviderClaims & { readonly email: string };

const NAME_LENGTH_MAX = 120;
const WORKSPACES_LOOKED_AT_MAX = 100;

/** What every use of a provider needs: an e-mail, confirmed, that the owner's lists let in. */
export function requireAllowedClaims(
  settings: OidcSettings,
  claims: ProviderClaims,
): Result<KnownClaims, ClaimsRefusal> {
  const { email } = claims;
  if (email === null) return refuse('oidc_email_missing');
  if (!claims.isEmailVerified) return refuse('oidc_email_not_verified');
  if (!isAllowed(settings, { email, hostedDomain: claims.hostedDomain })) return refuse('oidc_not_allowed');
  return ok({ ...claims, email });
}

/**
 * Signs in whom the provider named; every refusal is in the audit. The provider stands for the password: who has a second
 * factor here is asked for it.
 */
export async function signInWithProvider(
  platform: Platform,
  claims: ProviderClaims,
  visit: { readonly request: RequestFacts; readonly previous: Actor | null },
): Promise<Result<{ readonly token: string } | HalfOpen, OidcSignInRefusal>> {
  const found = await findOrCreatePerson(platform, claims, visit.request);
  const admitted = found.ok ? await admit(platform, found.value, visit) : found;
  if (!admitted.ok) await recordProviderRefusal(platform, { claims, reason: admitted.code, ip: visit.request.ip });
  return admitted;
}

interface KnownPerson {
  readonly user: User;
  readonly linkedAccountId: string;
}

async function admit(
  platform: Platform,
  { user, linkedAccountId }: KnownPerson,
  visit: { readonly request: RequestFacts; readonly previous: Actor | null },
): Promise<Result<{ readonly token: string } | HalfOpen, AdmissionRefusal>> {
  const factors = await readFactors(platform.db, user.id);
  if (!user.isDisabled && needsSecondStep(factors)) {
    return platform.db.transaction(async (tx) => {
      await touchLinkedAccount(tx, linkedAccountId, platform.clock());
      return ok({ stepToken: await openStep(platform, tx, user.id), methods: stepMethods(factors) });
    });
  }
  return admitPerson(platform, {
    user,
    method: 'oidc',
    ...visit,
    alongside: (tx) => touchLinkedAccount(tx, linkedAccountId, platform.clock()),
  });
}

async function findOrCreatePerson(
  platform: Platform,
  claims: ProviderClaims,
  request: RequestFacts,
): Promise<Result<KnownPerson, OidcSignInRefusal>> {
  const settings = platform.config.section<IdentitySettings>('identity').oidc;
  const allowed = requireAllowedClaims(settings, claims);
  if (!allowed.ok) return allowed;
  const linked = await findLinkedAccount(platform.db, claims);
  if (linked) {
    const user = await findUser(platform.db, linked.userId);
    return user ? ok({ user, linkedAccountId: linked.id }) : refuse('oidc_not_invited');
  }
  if (await findUserByEmail(platform.db, allowed.value.email)) return refuse('oidc_link_first');
  return provision(platform, allowed.value, { settings, ip: request.ip });
}

/** Adds an unknown person of the owner's lists to the first real workspace, with the role of the settings. */
async function provision(
  platform: Platform,
  claims: KnownClaims,
  { settings, ip }: { readonly settings: OidcSettings; readonly ip: string },
): Promise<Result<KnownPerson, 'oidc_link_first' | 'oidc_not_invited'>> {
  const role = settings.autoProvisionRole;
  if (role === null || !isNamed(settings, claims)) return refuse('oidc_not_invited');
  const workspaces = await listWorkspaces(platform.db, WORKSPACES_LOOKED_AT_MAX);
  const workspace = workspaces.find(({ kind }) => kind === 'real');
  if (!workspace) return refuse('oidc_not_invited');
  const workspaceId = workspace.id;
  return platform.db.transaction(async (tx) => {
    if ((await countMembers(tx, workspaceId)) >= USERS_PER_WORKSPACE_MAX) return refuse('oidc_not_invited');
    const user = await newProviderUser(platform, tx, { claims, workspaceId });
    const isNew = await insertUser(tx, { ...user, createdAtMs: platform.clock() });
    if (!isNew) return refuse('oidc_link_first');
    await insertMember(tx, { workspaceId, userId: user.id, role, joinedAtMs: platform.clock() });
    tx.emit(UserCreated, { workspaceId, subjectId: user.id, payload: { userId: user.id, role } });
    await appendAudit(tx, {
      workspaceId,
      action: 'identity.user.created',
      subject: user.id,
      userId: user.id,
      ip,
      atMs: platform.clock(),
      details: { role, method: 'oidc' },
    });
    const linkedAccountId = await recordLink(platform, tx, { claims, userId: user.id, workspaceId, ip });
    // Somebody linked this very account in the meantime: nothing of this attempt stays.
    if (linkedAccountId === null) throw new Error('oidc: the account of a new person was linked at the same moment');
    return ok({ user, linkedAccountId });
  });
}

/** A person made from what the provider says of her; language and zone where it says nothing are her house's. */
export async function newProviderUser(
  platform: Platform,
  tx: Transaction,
  { claims, workspaceId }: { readonly claims: KnownClaims; readonly workspaceId: string },
): Promise<User> {
  const [ownerId] = await lockEnabledOwners(tx, workspaceId);
  const owner = ownerId === undefined ? null : await findUser(tx, ownerId);
  const [mailbox = claims.email] = claims.email.split('@');
  const locale = claims.locale === null ? (owner?.locale ?? 'es') : /^en/i.test(claims.locale) ? 'en' : 'es';
  return {
    id: platform.newId(),
    email: claims.email,
    name: (claims.name ?? mailbox).slice(0, NAME_LENGTH_MAX),
    passwordHash: NO_PASSWORD,
    locale,
    timeZone: owner?.timeZone ?? 'UTC',
    isDisabled: false,
  };
}

/** In the chain of her workspace when the account is linked, so that her owner sees it; else in the installation's. */
export async function recordProviderRefusal(
  platform: Platform,
  refusal: { readonly claims: ProviderClaims; readonly reason: string; readonly ip: string },
): Promise<void> {
  const linked = await findLinkedAccount(platform.db, refusal.claims);
  const [workspace] = linked ? await listWorkspacesOfUser(platform.db, linked.userId) : [];
  await platform.db.transaction((tx) =>
    appendAudit(tx, {
      workspaceId: workspace?.id ?? INSTALLATION_CHAIN,
      action: 'identity.session.refused',
      subject: linked?.userId ?? 'unknown',
      userId: null,
      ip: refusal.ip,
      atMs: platform.clock(),
      details: { method: 'oidc', reason: refusal.reason },
    }),
  );
}
