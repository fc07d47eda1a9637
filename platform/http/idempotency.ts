/**
 * Idempotency-Key: a POST repeated with the same key gets the first answer again instead of a second effect
 * (IETF draft-ietf-httpapi-idempotency-key-header). Keys belong to one person in one workspace.
 */
import { createHash } from 'node:crypto';
import { RequestProblem } from './problem.ts';
import type { Actor } from './types.ts';
import { serialiseLoose } from './validate.ts';

export interface StoredAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface IdempotencyScope {
  readonly workspaceId: string;
  readonly userId: string;
  readonly key: string;
}

export type Claim =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'running' }
  | { readonly kind: 'other_request' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer };

/** Where keys live. A claim is atomic: of two equal concurrent calls exactly one hears `fresh`. */
export interface Idempotency {
  claim(scope: IdempotencyScope, requestSha256: string): Promise<Claim>;
  record(scope: IdempotencyScope, answer: StoredAnswer): Promise<void>;
  release(scope: IdempotencyScope): Promise<void>;
}

/** Runs `run` at most once per key; a server error frees the key so that a retry can succeed. */
export async function runOnce(
  idempotency: Idempotency,
  call: { readonly key: string; readonly route: string; readonly input: unknown; readonly actor: Actor },
  run: () => Promise<StoredAnswer>,
): Promise<{ readonly answer: StoredAnswer; readonly isReplay: boolean }> {
  const scope = { workspaceId: call.actor.workspaceId, userId: call.actor.userId, key: call.key };
  const requestSha256 = createHash('sha256')
    .update(`${call.route}\n${serialiseLoose(call.input)}`)
    .digest('hex');
  const claim = await idempotency.claim(scope, requestSha256);
  if (claim.kind === 'answered') return { answer: claim.answer, isReplay: true };
  if (claim.kind === 'running') throw new RequestProblem('idempotency_in_progress');
  if (claim.kind === 'other_request') throw new RequestProblem('idempotency_key_reused');
  let answer: StoredAnswer;
  try {
    answer = await run();
  } catch (error) {
    // A key that cannot be freed now frees itself when its lease ends; the first error is the one to tell.
    await idempotency.release(scope).catch(() => undefined);
    throw error;
  }
  // The effect is committed: the client gets its answer even when the key could not be written.
  await idempotency.record(scope, answer).catch(() => undefined);
  return { answer, isReplay: false };
}
