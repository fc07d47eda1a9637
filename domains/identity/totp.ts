/**
 * Authenticator app: time-based one-time codes of RFC 6238 (SHA-1, six digits, 30 s: what every app knows). A code is good
 * for its own step and the one before and after, for clocks that disagree; each step serves once. Guesses are counted per
 * person from everywhere: who guesses here has the password already.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import { Secret, TOTP } from 'otpauth';
import { ACCOUNT_LIMIT } from './attempt.ts';
import { clearAttempts, reserveAttempt } from './attempt.store.ts';
import { replaceToken } from './open-session.ts';
import { deleteRecoveryCodes } from './recovery-code.store.ts';
import { replaceRecoveryCodes, spendTypedRecoveryCode } from './recovery-code.ts';
import { totpScope } from './sealed-columns.ts';
import { isLastRequiredFactor, recordFactorChange } from './second-factor.ts';
import { lockFactors, readFactors } from './second-factor.store.ts';
import { advanceTotp, deleteTotp, findTotp, markTotpConfirmed, putPendingTotp, type TotpKey } from './totp.store.ts';
import type { Doer } from './user.ts';
import { findUser } from './user.store.ts';

const PERIOD_SECONDS = 30;
const DIGITS = 6;
const WINDOW_STEPS = 1;
const SECRET_BYTES = 20; // The length RFC 4226 recommends: that of the hash.
const ISSUER = 'Cactus';

type CodeRefusal = 'code_wrong' | 'sign_in_blocked';

/** Makes a key that does not count until confirmed; gives it as text and as the address inside the QR code. */
export async function startTotp(
  platform: Platform,
  doer: Doer,
): Promise<Result<{ readonly secret: string; readonly uri: string }, 'totp_active'>> {
  const { userId } = doer.actor;
  const user = await findUser(platform.db, userId);
  const secret = new Secret({ size: SECRET_BYTES });
  const sealedSecret = platform.secrets.seal(totpScope(userId), secret.base32);
  const isKept = await putPendingTotp(platform.db, { userId, sealedSecret, createdAtMs: platform.clock() });
  if (!isKept) return refuse('totp_active');
  return ok({ secret: secret.base32, uri: totpOf(secret, user?.email ?? '').toString() });
}

/** Activates the key with a code of it. Gives ten recovery codes and a new token: its person may now do more. */
export async function confirmTotp(
  platform: Platform,
  doer: Doer,
  code: string,
): Promise<Result<{ recoveryCodes: string[]; token: string }, CodeRefusal | 'totp_not_started' | 'totp_active'>> {
  const { userId, sessionId } = doer.actor;
  const key = await findTotp(platform.db, userId);
  if (!key) return refuse('totp_not_started');
  if (key.confirmedAtMs !== null) return refuse('totp_active');
  const checked = await throttled(platform, userId, () => spendCode(platform, userId, { key, code }));
  if (!checked.ok) return checked;
  return platform.db.transaction(async (tx) => {
    await lockFactors(tx, userId);
    await markTotpConfirmed(tx, userId, platform.clock());
    const recoveryCodes = await replaceRecoveryCodes(platform, tx, userId);
    const token = await replaceToken(platform, tx, sessionId);
    await recordFactorChange(platform, tx, doer, {
      action: 'identity.totp.added',
      notice: 'identity.factor.added',
      details: { factor: 'totp' },
    });
    return ok({ recoveryCodes, token });
  });
}

/** Checks a code of her active app, or a recovery code, and uses it up. */
export function checkCode(
  platform: Platform,
  userId: string,
  typed: { readonly method: 'totp' | 'recovery_code'; readonly code: string },
): Promise<Result<null, CodeRefusal>> {
  return throttled(platform, userId, async () => {
    if (typed.method === 'recovery_code') return spendTypedRecoveryCode(platform, userId, typed.code);
    const key = await findTotp(platform.db, userId);
    return key !== null && key.confirmedAtMs !== null && spendCode(platform, userId, { key, code: typed.code });
  });
}

/** Removes the app, unless it is the second factor that a workspace of hers asks for. */
export async function removeTotp(
  platform: Platform,
  doer: Doer,
): Promise<Result<undefined, 'totp_not_found' | 'second_factor_needed'>> {
  const { userId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    await lockFactors(tx, userId);
    const factors = await readFactors(tx, userId);
    if (!factors.hasTotp) return refuse('totp_not_found');
    if (isLastRequiredFactor(factors)) return refuse('second_factor_needed');
    await deleteTotp(tx, userId);
    if (factors.passkeyCount === 0) await deleteRecoveryCodes(tx, userId);
    await recordFactorChange(platform, tx, doer, {
      action: 'identity.totp.removed',
      notice: 'identity.factor.removed',
      details: { factor: 'totp' },
    });
    return ok(undefined);
  });
}

/** Makes new recovery codes for whoever has a second factor to lose. */
export async function renewRecoveryCodes(
  platform: Platform,
  doer: Doer,
): Promise<Result<{ recoveryCodes: string[] }, 'second_factor_missing'>> {
  const { userId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    await lockFactors(tx, userId);
    const factors = await readFactors(tx, userId);
    if (!factors.hasTotp && factors.passkeyCount === 0) return refuse('second_factor_missing');
    const recoveryCodes = await replaceRecoveryCodes(platform, tx, userId);
    await recordFactorChange(platform, tx, doer, {
      action: 'identity.recovery_codes.replaced',
      notice: 'identity.factor.added',
      details: { factor: 'recovery_codes' },
    });
    return ok({ recoveryCodes });
  });
}

/** Counted as failed before it is looked at, so that parallel guesses cannot pass together. */
async function throttled(
  platform: Platform,
  userId: string,
  check: () => Promise<boolean>,
): Promise<Result<null, CodeRefusal>> {
  const nowMs = platform.clock();
  const key = `factor:${userId}`;
  const opensAtMs = await reserveAttempt(platform.db, { key, limit: ACCOUNT_LIMIT }, nowMs);
  if (opensAtMs !== null) {
    return refuse('sign_in_blocked', { retryAfterSeconds: Math.max(1, Math.ceil((opensAtMs - nowMs) / 1000)) });
  }
  if (!(await check())) return refuse('code_wrong');
  await clearAttempts(platform.db, key);
  return ok(null);
}

/** True when the code belongs to a step that was not used yet; the step is then used. */
async function spendCode(
  platform: Platform,
  userId: string,
  { key, code }: { readonly key: TotpKey; readonly code: string },
): Promise<boolean> {
  const scope = totpScope(userId);
  const totp = totpOf(Secret.fromBase32(platform.secrets.open(scope, key.sealedSecret)), '');
  const token = code.replaceAll(/\s/g, '');
  const timestamp = platform.clock();
  const delta = totp.validate({ token, timestamp, window: WINDOW_STEPS });
  if (delta === null) return false;
  const step = totp.counter({ timestamp }) + delta;
  // The master key may have been rotated since: the sealed text moves to the newest one while it is at hand.
  return advanceTotp(platform.db, { userId, step, sealedSecret: platform.secrets.rewrap(scope, key.sealedSecret) });
}

function totpOf(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret, algorithm: 'SHA1', digits: DIGITS, period: PERIOD_SECONDS });
}
