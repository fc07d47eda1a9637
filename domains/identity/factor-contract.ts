/**
 * What identity says about second factors: passkeys (WebAuthn level 3), the authenticator app (RFC 6238), recovery codes,
 * the proof that sensitive actions ask for, and what a workspace demands. Instants are epoch milliseconds.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { Id, Role, SignedIn, TypedPassword } from './contract-schemas.ts';

const PASSKEY_NAME_LENGTH_MAX = 60; // "Portátil de la oficina" has 22.
const FIELD_LENGTH_MAX = 40_000; // An attestation with its certificates is about 6 kB.

const Coded = z
  .string()
  .max(FIELD_LENGTH_MAX)
  .regex(/^[\w-]*$/);
const PasskeyName = z.string().trim().min(1).max(PASSKEY_NAME_LENGTH_MAX);
const OneTimeCode = z.string().trim().min(6).max(40);
const Descriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
});
const ProofMethod = z.enum(['passkey', 'totp', 'password']);

/** `PublicKeyCredentialCreationOptionsJSON`, as far as Cactus uses it. */
const RegistrationOptions = z.object({
  rp: z.object({ id: z.string().optional(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ alg: z.number(), type: z.literal('public-key') })),
  timeout: z.number().optional(),
  excludeCredentials: z.array(Descriptor).optional(),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
});

/** `PublicKeyCredentialRequestOptionsJSON`, as far as Cactus uses it. */
const RequestOptions = z.object({
  challenge: z.string(),
  rpId: z.string().optional(),
  timeout: z.number().optional(),
  userVerification: z.literal('required'),
  allowCredentials: z.array(Descriptor).optional(),
});

const Extensions = z.record(z.string(), z.unknown());
const Attachment = z.enum(['cross-platform', 'platform']).optional();

/** `RegistrationResponseJSON`: what the browser made of the options. */
const NewCredential = z.object({
  id: Coded,
  rawId: Coded,
  type: z.literal('public-key'),
  authenticatorAttachment: Attachment,
  clientExtensionResults: Extensions,
  response: z.object({
    clientDataJSON: Coded,
    attestationObject: Coded,
    authenticatorData: Coded.optional(),
    transports: z.array(z.string().max(40)).max(10).optional(),
    publicKeyAlgorithm: z.number().optional(),
    publicKey: Coded.optional(),
  }),
});

/** `AuthenticationResponseJSON`: the challenge, signed. */
const SignedChallenge = z.object({
  id: Coded,
  rawId: Coded,
  type: z.literal('public-key'),
  authenticatorAttachment: Attachment,
  clientExtensionResults: Extensions,
  response: z.object({
    clientDataJSON: Coded,
    authenticatorData: Coded,
    signature: Coded,
    userHandle: Coded.optional(),
  }),
});

const Passkey = z.object({
  id: Id,
  name: z.string(),
  /** Kept by the maker's cloud (a phone, a password manager), so that losing one device does not lose it. */
  isSynced: z.boolean(),
  /** It was made for this address; elsewhere it does not open. */
  isForThisAddress: z.boolean(),
  createdAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
});

const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

// ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const StartPasskeySignIn = endpoint({
  method: 'POST',
  path: '/api/passkey-challenges',
  permission: 'public',
  summary: 'What a passkey must sign to sign in; for this browser, once, within five minutes.',
  response: RequestOptions,
  refusals: { passkeys_not_here: 409 },
});

export const SignInWithPasskey = endpoint({
  method: 'POST',
  path: '/api/sessions/passkey',
  permission: 'public',
  summary: 'Signs in with a passkey; its owner needs no e-mail, and it counts as both factors.',
  body: z.object({ credential: SignedChallenge }),
  response: SignedIn,
  status: 201,
  refusals: {
    passkey_not_accepted: 401,
    challenge_expired: 401,
    passkeys_not_here: 409,
    sign_in_blocked: 429,
    user_disabled: 403,
    workspace_missing: 403,
  },
});

export const CompleteSignIn = endpoint({
  method: 'POST',
  path: '/api/sessions/second-step',
  permission: 'public',
  summary: 'The second step after the password: a code of the authenticator app, or a recovery code.',
  body: z.object({ method: z.enum(['totp', 'recovery_code']), code: OneTimeCode }),
  response: SignedIn,
  status: 201,
  refusals: {
    code_wrong: 401,
    second_step_expired: 401,
    sign_in_blocked: 429,
    user_disabled: 403,
    workspace_missing: 403,
  },
});

// ── Proving again who one is ─────────────────────────────────────────────────────────────────────────────────────────

export const StartPasskeyProof = endpoint({
  method: 'POST',
  path: '/api/me/proof-challenges',
  permission: 'session',
  beforeSecondFactor: true,
  summary: 'What one of my passkeys must sign to prove that it is still me.',
  response: RequestOptions,
  refusals: { passkeys_not_here: 409 },
  holdsSecret: true,
});

export const ProveIdentity = endpoint({
  method: 'POST',
  path: '/api/me/proofs',
  permission: 'session',
  beforeSecondFactor: true,
  summary: 'Proves again who I am: for ten minutes what is sensitive (`x-step-up`) is open to this session.',
  body: z.discriminatedUnion('method', [
    z.object({ method: z.literal('password'), password: TypedPassword }),
    z.object({ method: z.literal('totp'), code: OneTimeCode }),
    z.object({ method: z.literal('passkey'), credential: SignedChallenge }),
  ]),
  status: 204,
  holdsSecret: true,
  refusals: {
    credentials_wrong: 403,
    code_wrong: 403,
    passkey_not_accepted: 403,
    challenge_expired: 409,
    passkeys_not_here: 409,
    proof_too_weak: 403,
    sign_in_blocked: 429,
    too_busy: 503,
  },
});

// ── My factors ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const ReadSecurity = endpoint({
  method: 'GET',
  path: '/api/me/security',
  permission: 'session',
  beforeSecondFactor: true,
  summary: 'My ways in: password, passkeys, authenticator app, recovery codes.',
  response: z.object({
    hasPassword: z.boolean(),
    passkeys: z.array(Passkey),
    /** False where the address cannot hold passkeys: an IP, or plain http beyond this machine. */
    arePasskeysPossible: z.boolean(),
    totp: z.object({ confirmedAtMs: z.number() }).nullable(),
    recoveryCodes: z.object({ leftCount: z.number(), createdAtMs: z.number() }).nullable(),
    /** A workspace of mine asks my role for a second factor. */
    isSecondFactorRequired: z.boolean(),
    /** What is still to be done before anything else opens. */
    lacksSecondFactor: z.boolean(),
    /** What a proof may be made with now. */
    proofMethods: z.array(ProofMethod),
  }),
});

export const StartPasskey = endpoint({
  method: 'POST',
  path: '/api/me/passkey-challenges',
  permission: 'session',
  stepUp: true,
  beforeSecondFactor: true,
  summary: 'What the browser needs to make a passkey for me.',
  response: RegistrationOptions,
  refusals: { passkeys_not_here: 409, passkeys_full: 409 },
  holdsSecret: true,
});

export const AddPasskey = endpoint({
  method: 'POST',
  path: '/api/me/passkeys',
  permission: 'session',
  stepUp: true,
  beforeSecondFactor: true,
  summary: 'Keeps the passkey that the browser made.',
  body: z.object({ name: PasskeyName, credential: NewCredential }),
  response: Passkey,
  status: 201,
  refusals: { passkey_not_accepted: 422, challenge_expired: 409, passkeys_not_here: 409, passkey_known: 409 },
  holdsSecret: true,
});

export const RenamePasskey = endpoint({
  method: 'PATCH',
  path: '/api/me/passkeys/:passkeyId',
  permission: 'session',
  summary: 'Gives one of my passkeys another name.',
  params: z.object({ passkeyId: Id }),
  body: z.object({ name: PasskeyName }),
  status: 204,
  refusals: { passkey_not_found: 404 },
});

export const RemovePasskey = endpoint({
  method: 'DELETE',
  path: '/api/me/passkeys/:passkeyId',
  permission: 'session',
  stepUp: true,
  summary: 'Removes one of my passkeys; never the last way in.',
  params: z.object({ passkeyId: Id }),
  status: 204,
  refusals: { passkey_not_found: 404, last_way_in: 409, second_factor_needed: 409 },
});

export const StartTotp = endpoint({
  method: 'POST',
  path: '/api/me/totp',
  permission: 'session',
  stepUp: true,
  beforeSecondFactor: true,
  summary: 'Makes a key for an authenticator app; it is not active until confirmed with a code.',
  response: z.object({ secret: z.string(), uri: z.string() }),
  status: 201,
  holdsSecret: true,
  refusals: { totp_active: 409 },
});

export const ConfirmTotp = endpoint({
  method: 'PUT',
  path: '/api/me/totp',
  permission: 'session',
  stepUp: true,
  beforeSecondFactor: true,
  summary: 'Activates the authenticator app with a code of it; answers ten recovery codes, shown only here.',
  body: z.object({ code: OneTimeCode }),
  response: RecoveryCodes,
  holdsSecret: true,
  refusals: { totp_not_started: 409, totp_active: 409, code_wrong: 422, sign_in_blocked: 429 },
});

export const RemoveTotp = endpoint({
  method: 'DELETE',
  path: '/api/me/totp',
  permission: 'session',
  stepUp: true,
  summary: 'Removes my authenticator app.',
  status: 204,
  refusals: { totp_not_found: 404, second_factor_needed: 409 },
});

export const ReplaceRecoveryCodes = endpoint({
  method: 'POST',
  path: '/api/me/recovery-codes',
  permission: 'session',
  stepUp: true,
  summary: 'Makes ten new recovery codes; the old ones serve no more.',
  response: RecoveryCodes,
  status: 201,
  holdsSecret: true,
  refusals: { second_factor_missing: 409 },
});

// ── What a workspace demands ─────────────────────────────────────────────────────────────────────────────────────────

const SecurityPolicy = z.object({ secondFactorRoles: z.array(Role) });

export const ReadSecurityPolicy = endpoint({
  method: 'GET',
  path: '/api/security-policy',
  permission: 'identity.security.read',
  summary: 'The roles that must have a second factor in this workspace.',
  response: SecurityPolicy,
});

export const ChangeSecurityPolicy = endpoint({
  method: 'PUT',
  path: '/api/security-policy',
  permission: 'identity.security.update',
  caller: 'person',
  stepUp: true,
  summary: 'Asks roles for a second factor; who lacks one registers it before anything else opens.',
  body: SecurityPolicy,
  response: SecurityPolicy,
  refusals: { second_factor_missing: 409 },
});

export const ResetFactors = endpoint({
  method: 'DELETE',
  path: '/api/users/:userId/factors',
  permission: 'identity.users.update',
  caller: 'person',
  stepUp: true,
  summary: 'Removes every second factor of a person who lost hers, closes her sessions and tells her.',
  params: z.object({ userId: Id }),
  status: 204,
  refusals: { user_not_found: 404, role_above_yours: 403, yourself: 409, second_factor_missing: 409 },
});

/** Everything above as one, for the typed client. */
export const factorApi = {
  StartPasskeySignIn,
  SignInWithPasskey,
  CompleteSignIn,
  StartPasskeyProof,
  ProveIdentity,
  ReadSecurity,
  StartPasskey,
  AddPasskey,
  RenamePasskey,
  RemovePasskey,
  StartTotp,
  ConfirmTotp,
  RemoveTotp,
  ReplaceRecoveryCodes,
  ReadSecurityPolicy,
  ChangeSecurityPolicy,
  ResetFactors,
};
