/**
 * Step-up: what is sensitive asks again who it is. A proof is kept with the session for ten minutes; the platform asks for
 * it where a contract says `stepUp`. Whoever has a second factor that signing in demands proves with a factor; everybody
 * else with the password.
 */
import { type OutputOf, type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import { appendAudit } from './audit.store.ts';
import type { ProveIdentity } from './factor-contract.ts';
import { replaceToken } from './open-session.ts';
import { type Ceremony, checkSignature } from './passkey.ts';
import { NO_PASSWORD } from './password.ts';
import { needsSecondStep } from './second-factor.ts';
import { type Factors, markProved, readFactors } from './second-factor.store.ts';
import { checkPassword } from './sign-in.ts';
import { checkCode } from './totp.ts';
import type { Doer } from './user.ts';
import { findUser, type User } from './user.store.ts';

export type ProofMethod = 'passkey' | 'totp' | 'password';
type Proof = OutputOf<(typeof ProveIdentity)['body']>;

/** What this person may prove herself with, the best first. */
export function proofMethods(factors: Factors, user: Pick<User, 'passwordHash'>): ProofMethod[] {
  return [
    ...(factors.passkeyCount > 0 ? (['passkey'] as const) : []),
    ...(factors.hasTotp ? (['totp'] as const) : []),
    ...(!needsSecondStep(factors) && user.passwordHash !== NO_PASSWORD ? (['password'] as const) : []),
  ];
}

type ProofRefusal =
  | 'credentials_wrong'
  | 'code_wrong'
  | 'passkey_not_accepted'
  | 'challenge_expired'
  | 'passkeys_not_here'
  | 'proof_too_weak'
  | 'sign_in_blocked'
  | 'too_busy';

/** Checks the proof and notes it with the session, which gets a new token: no process remembers it as unproved. */
export async function proveIdentity(
  platform: Platform,
  doer: Doer,
  input: { readonly proof: Proof; readonly ceremony: Ceremony | null },
): Promise<Result<{ readonly token: string }, ProofRefusal>> {
  const { actor, ip } = doer;
  const user = await findUser(platform.db, actor.userId);
  const factors = await readFactors(platform.db, actor.userId);
  const methods = user ? proofMethods(factors, user) : [];
  if (!user || !methods.includes(input.proof.method)) return refuse('proof_too_weak', { methods });
  const checked = await checkProof(platform, { ...input, user, ip });
  if (!checked.ok) return checked;
  return platform.db.transaction(async (tx) => {
    await markProved(tx, actor.sessionId, platform.clock());
    const token = await replaceToken(platform, tx, actor.sessionId);
    await appendAudit(tx, {
      workspaceId: actor.workspaceId,
      action: 'identity.session.proved',
      subject: user.id,
      userId: user.id,
      ip,
      atMs: platform.clock(),
      details: { method: input.proof.method },
    });
    return ok({ token });
  });
}

async function checkProof(
  platform: Platform,
  input: {
    readonly proof: Proof;
    readonly ceremony: Ceremony | null;
    readonly user: User;
    readonly ip: string;
  },
): Promise<Result<null, ProofRefusal>> {
  const { proof, ceremony, user, ip } = input;
  switch (proof.method) {
    case 'password': {
      const credentials = { email: user.email, password: proof.password };
      return checkPassword(platform, { credentials, ip, passwordHash: user.passwordHash });
    }
    case 'totp':
      return checkCode(platform, user.id, proof);
    case 'passkey': {
      if (!ceremony) return refuse('passkeys_not_here');
      const signed = { purpose: 'prove', credential: proof.credential } as const;
      const checked = await checkSignature(platform, ceremony, signed);
      if (!checked.ok) return checked;
      return checked.value.userId === user.id ? ok(null) : refuse('passkey_not_accepted');
    }
  }
}
