/** Passkeys over HTTP: signing in with one, and the ones of the signed-in person. */
import { type OutputOf, type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http, RequestFacts } from '#platform/http';
import { admitPerson } from './admission.ts';
import { ADDRESS_LIMIT, addressKey } from './attempt.ts';
import { reserveAttempt, returnAttempt } from './attempt.store.ts';
import { appendAudit } from './audit.store.ts';
import {
  AddPasskey,
  type ReadSecurity,
  RemovePasskey,
  RenamePasskey,
  SignInWithPasskey,
  StartPasskey,
  StartPasskeySignIn,
} from './factor-contract.ts';
import { sendSessionCookie } from './open-session.ts';
import { passkeySiteOf } from './passkey-site.ts';
import {
  addPasskey,
  type Ceremony,
  CHALLENGE_COOKIE,
  CHALLENGE_MS,
  checkSignature,
  removePasskey,
  startPasskey,
  startSignature,
} from './passkey.ts';
import { type Passkey, renamePasskey } from './passkey.store.ts';
import { STEP_COOKIE } from './sign-in-step.ts';
import { newSessionToken } from './token.ts';
import { findUser } from './user.store.ts';

type PasskeyView = OutputOf<(typeof ReadSecurity)['response']>['passkeys'][number];

export function passkeyRoutes(http: Http, platform: Platform): void {
  http.route(StartPasskeySignIn, async ({ request, reply }) => {
    const browser = newSessionToken();
    const ceremony = ceremonyOf(platform, request, browser);
    if (!ceremony) return refuse('passkeys_not_here');
    const options = await startSignature(platform, ceremony, { purpose: 'sign_in' });
    reply.setCookie(CHALLENGE_COOKIE, browser, { maxAgeSeconds: CHALLENGE_MS / 1000 });
    return ok(options);
  });

  http.route(SignInWithPasskey, async ({ body, actor, request, reply }) => {
    const signed = await checkPasskeySignIn(platform, request, body.credential);
    if (!signed.ok) return signed;
    const user = await findUser(platform.db, signed.value.userId);
    if (!user) return refuse('passkey_not_accepted');
    const entered = await admitPerson(platform, { user, method: 'passkey', request, previous: actor });
    if (!entered.ok) return entered;
    const { token, ...session } = entered.value;
    reply.clearCookie(CHALLENGE_COOKIE);
    reply.clearCookie(STEP_COOKIE);
    sendSessionCookie(reply, token);
    return ok(session);
  });

  http.route(StartPasskey, async ({ actor, request }) => {
    const ceremony = ceremonyOf(platform, request, actor.sessionId);
    if (!ceremony) return refuse('passkeys_not_here');
    return startPasskey(platform, { actor, ip: request.ip }, ceremony);
  });

  http.route(AddPasskey, async ({ body, actor, request, reply }) => {
    const ceremony = ceremonyOf(platform, request, actor.sessionId);
    if (!ceremony) return refuse('passkeys_not_here');
    const added = await addPasskey(platform, { actor, ip: request.ip }, { ceremony, made: body });
    if (!added.ok) return added;
    sendSessionCookie(reply, added.value.token);
    return ok(passkeyView(added.value.passkey, ceremony.site.rpId));
  });

  http.route(RenamePasskey, async ({ params, body, actor }) => {
    const passkey = { id: params.passkeyId, userId: actor.userId };
    const { workspaceId } = actor;
    const change = { workspaceId, action: 'identity.passkey.renamed', subject: passkey.id, atMs: platform.clock() };
    return platform.db.transaction(async (tx) => {
      if (!(await renamePasskey(tx, passkey, body.name))) return refuse('passkey_not_found');
      await appendAudit(tx, { ...change, after: { name: body.name } });
      return ok(undefined);
    });
  });

  http.route(RemovePasskey, ({ params, actor, request }) =>
    removePasskey(platform, { actor, ip: request.ip }, params.passkeyId),
  );
}

/** Where and in which browser; null where passkeys cannot be. */
export function ceremonyOf(platform: Platform, request: RequestFacts, browser: string): Ceremony | null {
  const site = passkeySiteOf(platform.config, request.origin);
  return site && { site, browser };
}

/** A passkey as its owner sees it. */
export function passkeyView(passkey: Passkey, rpId: string | null): PasskeyView {
  const { id, name, isSynced, createdAtMs, lastUsedAtMs } = passkey;
  return { id, name, isSynced, createdAtMs, lastUsedAtMs, isForThisAddress: passkey.rpId === rpId };
}

type SignInRefusal = 'passkey_not_accepted' | 'challenge_expired' | 'passkeys_not_here' | 'sign_in_blocked';

/** A signature cannot be guessed; counting by address keeps somebody from making us check thousands. */
async function checkPasskeySignIn(
  platform: Platform,
  request: RequestFacts,
  credential: OutputOf<(typeof SignInWithPasskey)['body']>['credential'],
): Promise<Result<{ readonly userId: string }, SignInRefusal>> {
  const ceremony = ceremonyOf(platform, request, request.cookies[CHALLENGE_COOKIE] ?? '');
  if (!ceremony) return refuse('passkeys_not_here');
  const nowMs = platform.clock();
  const key = addressKey(request.ip);
  const opensAtMs = await reserveAttempt(platform.db, { key, limit: ADDRESS_LIMIT }, nowMs);
  if (opensAtMs !== null) {
    return refuse('sign_in_blocked', { retryAfterSeconds: Math.max(1, Math.ceil((opensAtMs - nowMs) / 1000)) });
  }
  const signed = await checkSignature(platform, ceremony, { purpose: 'sign_in', credential });
  if (signed.ok) await returnAttempt(platform.db, key, nowMs);
  return signed;
}
