/**
 * Audit chain: each entry's hash covers its content and the hash before it (as in Haber and Stornetta 1991), so a
 * changed, removed or inserted entry breaks every later one; the stored head shows a cut tail.
 */
import { createHash } from 'node:crypto';

/** The chain of things that belong to no workspace: failed sign-ins of unknown people, removed workspaces. */
export const INSTALLATION_CHAIN = '00000000-0000-0000-0000-000000000000';
export const CHAIN_START: Buffer = Buffer.alloc(32);

export interface AuditContent {
  readonly workspaceId: string;
  readonly sequence: bigint;
  readonly action: string;
  readonly subject: string;
  readonly userId: string | null;
  readonly ip: string;
  readonly atMs: number;
  /** JSON text exactly as stored; a jsonb column would reorder it and break the hash. */
  readonly details: string;
}

/** sha256 over a JSON array, so that no field can run into the next. */
export function hashAuditEntry(previousHash: Buffer, content: AuditContent): Buffer {
  const { workspaceId, sequence, action, subject, userId, ip, atMs, details } = content;
  const text = JSON.stringify([workspaceId, String(sequence), action, subject, userId, ip, atMs, details]);
  return createHash('sha256').update(previousHash).update(text).digest();
}

export interface ChainLink extends AuditContent {
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/** Checks a run of entries against the hash before it; gives the first broken sequence, or null and the last hash. */
export function findBrokenLink(
  start: { readonly hash: Buffer; readonly sequence: bigint },
  links: readonly ChainLink[],
): { readonly brokenAt: bigint | null; readonly hash: Buffer; readonly sequence: bigint } {
  let { hash, sequence } = start;
  for (const link of links) {
    const isNext = link.sequence === sequence + 1n && link.previousHash.equals(hash);
    if (!isNext || !hashAuditEntry(hash, link).equals(link.hash)) return { brokenAt: sequence + 1n, hash, sequence };
    ({ hash, sequence } = link);
  }
  return { brokenAt: null, hash, sequence };
}
