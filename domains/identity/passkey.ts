/**
 * Passkeys (WebAuthn level 3): a key pair in a device that checks its owner, so one signature proves both "has" and "is".
 * What is to be signed is made here, bound to one browser, good once and for five minutes; the checks of signatures are
 * the library's, who may use them for what is decided here.
 */
import { type Result, ok, type OutputOf, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type * as webauthn from '@simplewebauthn/server';
import type { AddPasskey, SignInWithPasskey, StartPasskey, StartPasskeySignIn } from './factor-contract.ts';
import type { ChallengePurpose } from './factor-tables.ts';
import { isUsable } from './linked-account.ts';
import { listLinkedAccounts } from './linked-account.store.ts';
import { replaceToken } from './open-session.ts';
import { NO_PASSWORD } from './password.ts';
import type { PasskeySite } from './passkey-site.ts';
import {
  advancePasskey,
  deletePasskey,
  findPasskey,
  insertPasskey,
  listPasskeys,
  type Passkey,
  putChallenge,
  takeChallenge,
} from './passkey.store.ts';
import { deleteRecoveryCodes } from './recovery-code.store.ts';
import { isLastRequiredFactor, recordFactorChange } from './second-factor.ts';
import { lockFactors, readFactors } from './second-factor.store.ts';
import { hashToken } from './token.ts';
import type { Doer } from './user.ts';
import { findUser } from './user.store.ts';

export const CHALLENGE_MS = 5 * 60_000; // A person looks for her phone; a stolen challenge does not live long.
/** Ties the challenge of a sign-in to its browser, where no session can. */
export const CHALLENGE_COOKIE = 'cactus_challenge';
export const PASSKEYS_MAX = 20; // Every device of a person and her spare keys; the list is one card.

const ALGORITHMS = [-8, -7, -257]; // Ed25519, ES256, RS256 by their COSE numbers: every authenticator makes one.

type SignedChallenge = OutputOf<(typeof SignInWithPasskey)['body']>['credential'];
type NewPasskey = OutputOf<(typeof AddPasskey)['body']>;
type RequestOptions = OutputOf<(typeof StartPasskeySignIn)['response']>;
type RegistrationOptions = OutputOf<(typeof StartPasskey)['response']>;

/** Where a ceremony happens: the page's site, and the browser by its cookie or its session. */
export interface Ceremony {
  readonly site: PasskeySite;
  /** A secret of the browser: the challenge cookie, or the id of the session. */
  readonly browser: string;
}

/** Loaded by the first ceremony: most of an installation's memory at rest would otherwise be code nobody has used yet. */
const library = (): Promise<typeof webauthn> => import('@simplewebauthn/server');

/** What a passkey must sign. With `passkeys` only those may; without, the browser offers the ones it has. */
export async function startSignature(
  platform: Platform,
  ceremony: Ceremony,
  wanted: { readonly purpose: 'sign_in' | 'prove'; readonly passkeys?: readonly Passkey[] },
): Promise<RequestOptions> {
  const options = await (
    await library()
  ).generateAuthenticationOptions({
    rpID: ceremony.site.rpId,
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    ...(wanted.passkeys ? { allowCredentials: wanted.passkeys.map(descriptorOf) } : {}),
  });
  await keepChallenge(platform, ceremony, { purpose: wanted.purpose, challenge: options.challenge });
  const { challenge, rpId, timeout, allowCredentials } = options;
  return {
    challenge,
    rpId,
    timeout,
    userVerification: 'required',
    allowCredentials: allowCredentials?.map(({ id, transports }) => ({ id, type: 'public-key', transports })),
  };
}

type SignatureRefusal = 'challenge_expired' | 'passkey_not_accepted';

/** Checks a signature and notes the use; gives whose passkey it is. A counter that does not grow is refused. */
export async function checkSignature(
  platform: Platform,
  ceremony: Ceremony,
  signed: { readonly purpose: 'sign_in' | 'prove'; readonly credential: SignedChallenge },
): Promise<Result<{ readonly userId: string }, SignatureRefusal>> {
  const { credential, purpose } = signed;
  const challenge = await spendChallenge(platform, ceremony, purpose);
  if (challenge === null) return refuse('challenge_expired');
  const passkey = await findPasskey(platform.db, credential.id);
  if (!passkey) return refuse('passkey_not_accepted');
  // The authenticator says whose key it holds; a key that names somebody else is not hers.
  const handle = credential.response.userHandle;
  if (handle !== undefined && handle !== handleOf(passkey.userId)) return refuse('passkey_not_accepted');
  const checked = await (
    await library()
  )
    .verifyAuthenticationResponse({
      response: credential as webauthn.AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: ceremony.site.origin,
      expectedRPID: ceremony.site.rpId,
      requireUserVerification: true,
      // The counter is compared when the use is written, in one statement with it.
      credential: { id: passkey.credentialId, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    })
    .catch(() => null);
  if (!checked?.verified) return refuse('passkey_not_accepted');
  const { newCounter, credentialBackedUp } = checked.authenticationInfo;
  const use = { passkeyId: passkey.id, counter: newCounter, isSynced: credentialBackedUp, atMs: platform.clock() };
  if (await advancePasskey(platform.db, use)) return ok({ userId: passkey.userId });
  platform.telemetry.log.warn('passkey: the counter did not grow; the key may have been copied', {
    passkeyId: passkey.id,
    userId: passkey.userId,
  });
  return refuse('passkey_not_accepted');
}

/** What the browser needs to make a passkey: one that it can find by itself and that checks its owner. */
export async function startPasskey(
  platform: Platform,
  doer: Doer,
  ceremony: Ceremony,
): Promise<Result<RegistrationOptions, 'passkeys_full'>> {
  const { userId } = doer.actor;
  const user = await findUser(platform.db, userId);
  const known = await listPasskeys(platform.db, userId, PASSKEYS_MAX);
  if (known.length >= PASSKEYS_MAX) return refuse('passkeys_full', { countMax: PASSKEYS_MAX });
  const options = await (
    await library()
  ).generateRegistrationOptions({
    rpName: 'Cactus',
    rpID: ceremony.site.rpId,
    userID: new Uint8Array(Buffer.from(userId)),
    userName: user?.email ?? '',
    userDisplayName: user?.name ?? '',
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await keepChallenge(platform, ceremony, { purpose: 'register', challenge: options.challenge });
  const { rp, user: person, challenge, pubKeyCredParams, timeout, excludeCredentials } = options;
  return ok({
    rp,
    user: person,
    challenge,
    pubKeyCredParams,
    timeout,
    excludeCredentials: excludeCredentials?.map(({ id, transports }) => ({ id, type: 'public-key', transports })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  });
}

type AddRefusal = SignatureRefusal | 'passkey_known';

/** Keeps the passkey that the browser made. The session gets a new token: its person may now do more. */
export async function addPasskey(
  platform: Platform,
  doer: Doer,
  input: { readonly ceremony: Ceremony; readonly made: NewPasskey },
): Promise<Result<{ readonly passkey: Passkey; readonly token: string }, AddRefusal>> {
  const { ceremony, made } = input;
  const { actor } = doer;
  const challenge = await spendChallenge(platform, ceremony, 'register');
  if (challenge === null) return refuse('challenge_expired');
  const checked = await (
    await library()
  )
    .verifyRegistrationResponse({
      response: made.credential as webauthn.RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: ceremony.site.origin,
      expectedRPID: ceremony.site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    .catch(() => null);
  if (!checked?.verified) return refuse('passkey_not_accepted');
  const { credential, credentialBackedUp } = checked.registrationInfo;
  const passkey: Passkey = {
    id: platform.newId(),
    userId: actor.userId,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    transports: credential.transports ?? [],
    rpId: ceremony.site.rpId,
    name: made.name,
    isSynced: credentialBackedUp,
    createdAtMs: platform.clock(),
    lastUsedAtMs: null,
  };
  return platform.db.transaction(async (tx) => {
    if (!(await insertPasskey(tx, { ...passkey, counter: credential.counter }))) return refuse('passkey_known');
    const token = await replaceToken(platform, tx, actor.sessionId);
    await recordFactorChange(platform, tx, doer, {
      action: 'identity.passkey.added',
      notice: 'identity.factor.added',
      details: { factor: 'passkey', name: made.name },
    });
    return ok({ passkey, token });
  });
}

/** Removes a passkey, unless it is the last way in or the second factor that a workspace of hers asks for. */
export async function removePasskey(
  platform: Platform,
  doer: Doer,
  passkeyId: string,
): Promise<Result<undefined, 'passkey_not_found' | 'last_way_in' | 'second_factor_needed'>> {
  const { userId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    await lockFactors(tx, userId);
    const passkeys = await listPasskeys(tx, userId, PASSKEYS_MAX);
    const passkey = passkeys.find(({ id }) => id === passkeyId);
    if (!passkey) return refuse('passkey_not_found');
    if (passkeys.length === 1 && !(await hasOtherWay(platform, tx, userId))) return refuse('last_way_in');
    const factors = await readFactors(tx, userId);
    if (isLastRequiredFactor(factors)) return refuse('second_factor_needed');
    await deletePasskey(tx, passkeyId);
    if (passkeys.length === 1 && !factors.hasTotp) await deleteRecoveryCodes(tx, userId);
    await recordFactorChange(platform, tx, doer, {
      action: 'identity.passkey.removed',
      notice: 'identity.factor.removed',
      details: { factor: 'passkey', name: passkey.name },
    });
    return ok(undefined);
  });
}

/** A password, or an account of the provider in use. */
async function hasOtherWay(platform: Platform, tx: Transaction, userId: string): Promise<boolean> {
  const user = await findUser(tx, userId);
  if (user?.passwordHash !== NO_PASSWORD) return true;
  return (await listLinkedAccounts(tx, userId)).some(({ issuer }) => isUsable(platform, issuer));
}

async function keepChallenge(
  platform: Platform,
  ceremony: Ceremony,
  kept: { readonly purpose: ChallengePurpose; readonly challenge: string },
): Promise<void> {
  const expiresAtMs = platform.clock() + CHALLENGE_MS;
  await putChallenge(platform.db, { browserHash: hashToken(ceremony.browser), ...kept, expiresAtMs });
}

function spendChallenge(platform: Platform, ceremony: Ceremony, purpose: ChallengePurpose): Promise<string | null> {
  const browserHash = hashToken(ceremony.browser);
  return takeChallenge(platform.db, { browserHash, purpose, nowMs: platform.clock() });
}

function descriptorOf(passkey: Passkey): { id: string; transports: string[] } {
  return { id: passkey.credentialId, transports: [...passkey.transports] };
}

/** The user handle of WebAuthn: our id, which names nobody to an outsider. */
function handleOf(userId: string): string {
  return Buffer.from(userId).toString('base64url');
}
