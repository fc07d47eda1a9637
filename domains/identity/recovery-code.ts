/**
 * Recovery codes: ten texts of 80 random bits on paper, for the day the phone is lost. Each opens once. Kept as sha256:
 * with 80 bits nobody guesses back from a stolen table.
 */
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { deleteRecoveryCodes, insertRecoveryCodes, spendRecoveryCode } from './recovery-code.store.ts';
import { hashToken, newReadableToken, readSetupToken } from './token.ts';

export const RECOVERY_CODES_COUNT = 10;
const CODE_CHARACTERS = 16;

/** Makes ten codes in place of the old ones and gives them: the only time anybody sees them. */
export async function replaceRecoveryCodes(platform: Platform, tx: Transaction, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES_COUNT }, () => newReadableToken(CODE_CHARACTERS));
  await deleteRecoveryCodes(tx, userId);
  await insertRecoveryCodes(tx, { userId, hashes: codes.map(hashToken), createdAtMs: platform.clock() });
  return codes;
}

/** Uses a code up, however it was typed; false when it is wrong or was used. */
export function spendTypedRecoveryCode(platform: Platform, userId: string, typed: string): Promise<boolean> {
  return spendRecoveryCode(platform.db, { userId, hash: hashToken(readSetupToken(typed)), atMs: platform.clock() });
}
