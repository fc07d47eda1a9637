/**
 * The second step of a sign-in. Between the steps there is no session at all, only a token in a cookie of its own that
 * opens this step and nothing else, for five minutes. The session that follows has a token never seen before.
 */
import { type Result, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Actor, RequestFacts } from '#platform/http';
import { type AdmissionRefusal, admitPerson } from './admission.ts';
import { INSTALLATION_CHAIN } from './audit.ts';
import { appendAudit } from './audit.store.ts';
import { deleteStep, findStepUserId, insertStep } from './sign-in-step.store.ts';
import { hashToken, newSessionToken } from './token.ts';
import { checkCode } from './totp.ts';
import { findUser } from './user.store.ts';
import { listWorkspacesOfUser } from './workspace.store.ts';

export const STEP_COOKIE = 'cactus_second_step';
export const STEP_MS = 5 * 60_000; // Finding the phone and waiting for one code.

/** Opens the step for a person whose password was right; gives its token. */
export async function openStep(platform: Platform, tx: Transaction, userId: string): Promise<string> {
  const token = newSessionToken();
  await insertStep(tx, { tokenHash: hashToken(token), userId, expiresAtMs: platform.clock() + STEP_MS });
  return token;
}

export interface SecondStep {
  /** From the cookie. */
  readonly token: string | undefined;
  readonly method: 'totp' | 'recovery_code';
  readonly code: string;
  readonly request: RequestFacts;
  readonly previous: Actor | null;
}

type StepRefusal = 'second_step_expired' | 'code_wrong' | 'sign_in_blocked' | AdmissionRefusal;

/** Checks the code and opens the session; a wrong code may be tried again until the step ends. */
export async function completeSignIn(
  platform: Platform,
  step: SecondStep,
): Promise<Result<{ userId: string; workspaceId: string; token: string }, StepRefusal>> {
  const { method, code, request, previous } = step;
  const tokenHash = hashToken(step.token ?? '');
  const userId = await findStepUserId(platform.db, tokenHash, platform.clock());
  const user = userId === null ? null : await findUser(platform.db, userId);
  if (!user) return refuse('second_step_expired');
  const checked = await checkCode(platform, user.id, { method, code });
  if (!checked.ok) {
    if (checked.code === 'code_wrong') await recordRefusal(platform, user.id, request);
    return checked;
  }
  return admitPerson(platform, { user, method, request, previous, alongside: (tx) => deleteStep(tx, tokenHash) });
}

/** A right password with a wrong code is what her owner must see first: somebody has the password. */
async function recordRefusal(platform: Platform, userId: string, request: RequestFacts): Promise<void> {
  const [workspace] = await listWorkspacesOfUser(platform.db, userId);
  await platform.db.transaction((tx) =>
    appendAudit(tx, {
      workspaceId: workspace?.id ?? INSTALLATION_CHAIN,
      action: 'identity.second_step.refused',
      subject: userId,
      userId: null,
      ip: request.ip,
      atMs: platform.clock(),
    }),
  );
}
