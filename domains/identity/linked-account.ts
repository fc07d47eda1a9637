/** Linking an account of the provider to the signed-in person, and unlinking it; never the last way in. */
import { assert, type OutputOf, type Result, ok, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { appendAudit } from './audit.store.ts';
import {
  deleteLinkedAccount,
  findLinkedAccount,
  insertLinkedAccount,
  listLinkedAccounts,
  type LinkedAccount,
} from './linked-account.store.ts';
import { oidcProviderOf } from './oidc.adapter.ts';
import { AccountLinked, AccountUnlinked, type oidcApi } from './oidc-contract.ts';
import { GOOGLE_ISSUER } from './oidc-settings.ts';
import { NO_PASSWORD } from './password.ts';
import type { Doer } from './user.ts';
import { lockFactors, readFactors } from './second-factor.store.ts';
import { findUser } from './user.store.ts';

type LinkedAccounts = OutputOf<(typeof oidcApi.listLinkedAccounts)['response']>;

/** The provider as pages name it; null when none is switched on. */
export function offeredProvider(platform: Platform): LinkedAccounts['provider'] {
  const provider = oidcProviderOf(platform);
  if (!provider) return null;
  const { name, issuer } = provider.settings;
  return { name, kind: issuer === GOOGLE_ISSUER ? 'google' : 'other' };
}

export async function readLinkedAccounts(platform: Platform, userId: string): Promise<LinkedAccounts> {
  const user = await findUser(platform.db, userId);
  assert(user, 'linked accounts: an actor exists');
  const accounts = await listLinkedAccounts(platform.db, userId);
  return {
    provider: offeredProvider(platform),
    hasPassword: user.passwordHash !== NO_PASSWORD,
    items: accounts.map(({ id, issuer, email, linkedAtMs, lastUsedAtMs }) => ({
      id,
      issuer,
      email,
      isUsable: isUsable(platform, issuer),
      linkedAtMs,
      lastUsedAtMs,
    })),
  };
}

/** Tells before the journey to the provider what would be refused after it. */
export async function requireNoneLinked(
  platform: Platform,
  userId: string,
): Promise<Result<null, 'oidc_already_linked'>> {
  const accounts = await listLinkedAccounts(platform.db, userId);
  return accounts.some(({ issuer }) => isUsable(platform, issuer)) ? refuse('oidc_already_linked') : ok(null);
}

/** Links the account to the actor; linking the same one again changes nothing. */
export async function linkAccount(
  platform: Platform,
  { actor, ip }: Doer,
  claims: { readonly issuer: string; readonly subject: string; readonly email: string },
): Promise<Result<null, 'oidc_linked_elsewhere' | 'oidc_already_linked'>> {
  return platform.db.transaction(async (tx) => {
    const existing = await findLinkedAccount(tx, claims);
    if (existing) return existing.userId === actor.userId ? ok(null) : refuse('oidc_linked_elsewhere');
    const { userId, workspaceId } = actor;
    const linkedAccountId = await recordLink(platform, tx, { claims, userId, workspaceId, ip });
    return linkedAccountId === null ? refuse('oidc_already_linked') : ok(null);
  });
}

/** Writes the link with its event and audit entry; null when the account or the person has one already. */
export async function recordLink(
  platform: Platform,
  tx: Transaction,
  link: {
    readonly claims: { readonly issuer: string; readonly subject: string; readonly email: string };
    readonly userId: string;
    readonly workspaceId: string;
    readonly ip: string;
  },
): Promise<string | null> {
  const { claims, userId } = link;
  const { issuer, subject, email } = claims;
  const linkedAccountId = platform.newId();
  const account = { id: linkedAccountId, userId, issuer, subject, email, linkedAtMs: platform.clock() };
  if (!(await insertLinkedAccount(tx, account))) return null;
  await recordChange(platform, tx, { ...link, account, isLinked: true });
  return linkedAccountId;
}

/** Unlinks one of mine, unless it is the only way in: who has neither password nor passkey would be locked out. */
export async function unlinkAccount(
  platform: Platform,
  { actor, ip }: Doer,
  linkedAccountId: string,
): Promise<Result<null, 'linked_account_not_found' | 'last_way_in'>> {
  return platform.db.transaction(async (tx) => {
    const accounts = await listLinkedAccounts(tx, actor.userId);
    const account = accounts.find(({ id }) => id === linkedAccountId);
    if (!account) return refuse('linked_account_not_found');
    await lockFactors(tx, actor.userId);
    const user = await findUser(tx, actor.userId);
    const { passkeyCount } = await readFactors(tx, actor.userId);
    const hasOtherWay = user?.passwordHash !== NO_PASSWORD || passkeyCount > 0;
    const isLastWayIn = !hasOtherWay && isUsable(platform, account.issuer);
    if (isLastWayIn) return refuse('last_way_in');
    if (!(await deleteLinkedAccount(tx, account.id))) return refuse('linked_account_not_found');
    const { userId, workspaceId } = actor;
    await recordChange(platform, tx, { userId, workspaceId, ip, account, isLinked: false });
    return ok(null);
  });
}

/** An account of a provider that Cactus no longer uses opens nothing. */
export function isUsable(platform: Platform, issuer: string): boolean {
  return oidcProviderOf(platform)?.settings.issuer === issuer;
}

async function recordChange(
  platform: Platform,
  tx: Transaction,
  change: {
    readonly userId: string;
    readonly workspaceId: string;
    readonly ip: string;
    readonly account: Pick<LinkedAccount, 'id' | 'issuer'>;
    readonly isLinked: boolean;
  },
): Promise<void> {
  const { userId, workspaceId, ip, account } = change;
  const payload = { linkedAccountId: account.id, userId, issuer: account.issuer };
  tx.emit(change.isLinked ? AccountLinked : AccountUnlinked, { workspaceId, subjectId: account.id, payload });
  await appendAudit(tx, {
    workspaceId,
    action: change.isLinked ? 'identity.account.linked' : 'identity.account.unlinked',
    subject: account.id,
    userId,
    ip,
    atMs: platform.clock(),
    details: { issuer: account.issuer },
  });
}
