/**
 * First run: one link, printed in the terminal, lets one person create herself as the owner. It works once, for
 * thirty minutes, and only from the machine itself: whoever reaches the port first must not become its master.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { RequestFacts } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import { UserCreated, WorkspaceCreated } from './contract.ts';
import { openSession } from './open-session.ts';
import { hashPassword, requireStrongPassword, TooBusy } from './password.ts';
import { isCurrency, isTimeZone } from './place.ts';
import type { IdentitySettings } from './settings.ts';
import { findUnusedSetupLink, lockSetup, markSetupLinkUsed, replaceSetupLink, type SetupLink } from './setup.store.ts';
import type { Locale, WorkspaceKind } from './tables.ts';
import { hashToken, isSameHash, newSetupToken, readSetupToken } from './token.ts';
import { hasUsers, insertMember, insertUser } from './user.store.ts';
import { insertWorkspace } from './workspace.store.ts';

export const SETUP_LINK_MS = 30 * 60_000; // Long enough for a coffee, short enough for a forgotten terminal.

export interface SetupAnswers {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly workspaceName: string;
  readonly baseCurrency: string;
  readonly locale: Locale;
  readonly timeZone: string;
}

export interface SetupState {
  readonly isNeeded: boolean;
  readonly link: 'active' | 'expired' | 'none';
  readonly isAllowedFromHere: boolean;
  readonly bringsDemo: boolean;
}

type LinkRefusal = 'setup_already_done' | 'setup_only_on_this_machine' | 'setup_link_wrong' | 'setup_link_expired';
export type SetupRefusal = LinkRefusal | 'password_too_weak' | 'time_zone_unknown' | 'currency_unknown' | 'too_busy';

/** Makes the only working setup link, or gives null when somebody exists already. The token is shown once, here. */
export async function createSetupLink(
  platform: Platform,
): Promise<{ readonly token: string; readonly expiresAtMs: number } | null> {
  const token = newSetupToken();
  const createdAtMs = platform.clock();
  const expiresAtMs = createdAtMs + SETUP_LINK_MS;
  return platform.db.transaction(async (tx) => {
    await lockSetup(tx);
    if (await hasUsers(tx)) return null;
    await replaceSetupLink(tx, { id: platform.newId(), tokenHash: hashToken(token), createdAtMs, expiresAtMs });
    return { token, expiresAtMs };
  });
}

/** What the setup page shows before anything is typed. */
export async function readSetupState(platform: Platform, request: RequestFacts): Promise<SetupState> {
  const here = { isAllowedFromHere: isSetupAllowedFrom(platform, request), bringsDemo: platform.config.demo };
  if (await hasUsers(platform.db)) return { ...here, isNeeded: false, link: 'none' };
  const link = await findUnusedSetupLink(platform.db);
  if (!link) return { ...here, isNeeded: true, link: 'none' };
  return { ...here, isNeeded: true, link: link.expiresAtMs > platform.clock() ? 'active' : 'expired' };
}

/** Creates owner and workspaces, uses the link up and opens her session. Of two parallel calls one is refused. */
export async function completeSetup(
  platform: Platform,
  answers: SetupAnswers,
  request: RequestFacts,
): Promise<Result<{ userId: string; workspaceId: string; realWorkspaceId: string; token: string }, SetupRefusal>> {
  // Looked at before the costly hash, and again under the lock: a stranger must not make us hash.
  const early = await requireSetupLink(platform, platform.db, answers.token, request);
  if (!early.ok) return early;
  if (!isTimeZone(answers.timeZone)) return refuse('time_zone_unknown', { timeZone: answers.timeZone });
  if (!isCurrency(answers.baseCurrency)) return refuse('currency_unknown', { currency: answers.baseCurrency });
  const strong = requireStrongPassword(answers.password, answers);
  if (!strong.ok) return strong;
  let passwordHash: string;
  try {
    passwordHash = await hashPassword(platform, answers.password);
  } catch (cause) {
    if (cause instanceof TooBusy) return refuse('too_busy');
    throw cause;
  }
  return platform.db.transaction(async (tx) => {
    await lockSetup(tx);
    const link = await requireSetupLink(platform, tx, answers.token, request);
    if (!link.ok) return link;
    await markSetupLinkUsed(tx, link.value.id, platform.clock());
    return ok(await createOwner(platform, tx, { answers, passwordHash, request }));
  });
}

async function requireSetupLink(
  platform: Platform,
  queryable: Queryable,
  typedToken: string,
  request: RequestFacts,
): Promise<Result<SetupLink, LinkRefusal>> {
  if (await hasUsers(queryable)) return refuse('setup_already_done');
  if (!isSetupAllowedFrom(platform, request)) return refuse('setup_only_on_this_machine');
  const link = await findUnusedSetupLink(queryable);
  const typedHash = hashToken(readSetupToken(typedToken));
  if (!link || !isSameHash(link.tokenHash, typedHash)) return refuse('setup_link_wrong');
  return link.expiresAtMs > platform.clock() ? ok(link) : refuse('setup_link_expired');
}

function isSetupAllowedFrom(platform: Platform, request: RequestFacts): boolean {
  return request.isLoopback || platform.config.section<IdentitySettings>('identity').remoteSetup;
}

interface Owner {
  readonly answers: SetupAnswers;
  readonly passwordHash: string;
  readonly request: RequestFacts;
}

async function createOwner(
  platform: Platform,
  tx: Transaction,
  owner: Owner,
): Promise<{ userId: string; workspaceId: string; realWorkspaceId: string; token: string }> {
  const { answers, passwordHash, request } = owner;
  const userId = platform.newId();
  const { email, name, locale, timeZone } = answers;
  await insertUser(tx, { id: userId, email, name, passwordHash, locale, timeZone, createdAtMs: platform.clock() });
  const realWorkspaceId = await createWorkspace(platform, tx, { answers, userId, kind: 'real' });
  const demoWorkspaceId = platform.config.demo
    ? await createWorkspace(platform, tx, { answers, userId, kind: 'demo' })
    : null;
  const workspaceId = demoWorkspaceId ?? realWorkspaceId;
  const { token } = await openSession(platform, tx, { userId, workspaceId, request });
  await appendAudit(tx, {
    workspaceId: realWorkspaceId,
    action: 'identity.setup.completed',
    subject: userId,
    userId,
    ip: request.ip,
    atMs: platform.clock(),
  });
  return { userId, workspaceId, realWorkspaceId, token };
}

async function createWorkspace(
  platform: Platform,
  tx: Transaction,
  input: { readonly answers: SetupAnswers; readonly userId: string; readonly kind: WorkspaceKind },
): Promise<string> {
  const { answers, userId, kind } = input;
  const workspaceId = platform.newId();
  const name = kind === 'real' ? answers.workspaceName : 'Demo';
  const { baseCurrency, locale, timeZone } = answers;
  await insertWorkspace(tx, { id: workspaceId, name, kind, baseCurrency, createdAtMs: platform.clock() });
  await insertMember(tx, { workspaceId, userId, role: 'owner', joinedAtMs: platform.clock() });
  tx.emit(WorkspaceCreated, {
    workspaceId,
    subjectId: workspaceId,
    payload: { workspaceId, kind, name, baseCurrency, ownerUserId: userId, locale, timeZone },
  });
  tx.emit(UserCreated, { workspaceId, subjectId: userId, payload: { userId, role: 'owner' } });
  return workspaceId;
}
