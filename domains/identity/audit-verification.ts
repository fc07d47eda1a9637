/**
 * Verifying the audit chains. What it can show: any entry that was changed, removed, inserted or moved; a tail cut without
 * its head; and, against anchors kept elsewhere, a tail cut or rewritten together with its head up to the newest anchor.
 * What it cannot: a chain rewritten from some place on, with its head, after the newest anchor somebody kept.
 */
import type { Queryable } from '#platform/db';
import { findAuditHash, listAuditedWorkspaceIds, listAuditHeads, readAuditLinks } from './audit.store.ts';
import { CHAIN_START, findBrokenLink } from './audit.ts';

/** A link of a chain as somebody wrote it down outside the database. */
export interface AuditAnchor {
  readonly workspaceId: string;
  readonly sequence: bigint;
  /** Hexadecimal. */
  readonly hash: string;
}

export type AuditFault = 'entry_broken' | 'tail_cut' | 'head_missing' | 'anchor_broken';

export interface ChainVerdict {
  readonly workspaceId: string;
  readonly entryCount: bigint;
  /** Hash of the newest entry, hexadecimal: note it down with the count to have an anchor. */
  readonly headHash: string;
  readonly anchorCount: number;
  readonly fault: AuditFault | null;
  /** The first sequence that is not what it should be. */
  readonly brokenAt: bigint | null;
}

/** Verifies one chain, entry by entry, then its head, then the anchors of it. */
export async function verifyChain(
  queryable: Queryable,
  workspaceId: string,
  anchors: readonly AuditAnchor[],
): Promise<ChainVerdict> {
  let walked: { hash: Buffer; sequence: bigint } = { hash: CHAIN_START, sequence: 0n };
  let brokenAt: bigint | null = null;
  for (;;) {
    const { links, isLast } = await readAuditLinks(queryable, workspaceId, walked.sequence);
    const found = findBrokenLink(walked, links);
    walked = { hash: found.hash, sequence: found.sequence };
    ({ brokenAt } = found);
    if (isLast || brokenAt !== null) break;
  }
  const own = anchors.filter((anchor) => anchor.workspaceId === workspaceId);
  const verdict = {
    workspaceId,
    entryCount: walked.sequence,
    headHash: walked.hash.toString('hex'),
    anchorCount: own.length,
  };
  if (brokenAt !== null) return { ...verdict, fault: 'entry_broken', brokenAt };
  const [head] = await listAuditHeads(queryable, workspaceId);
  // A writer may have added entries since the walk ended: then the head is ahead and the entries are there.
  const isAhead = head && head.sequence > walked.sequence;
  const grown = isAhead ? await findAuditHash(queryable, { workspaceId, sequence: head.sequence }) : null;
  if (!head && walked.sequence > 0n) return { ...verdict, fault: 'head_missing', brokenAt: walked.sequence };
  const isHeadRight = isAhead
    ? grown?.equals(head.hash) === true
    : !head || (head.sequence === walked.sequence && head.hash.equals(walked.hash));
  if (!isHeadRight) return { ...verdict, fault: 'tail_cut', brokenAt: walked.sequence + 1n };
  for (const anchor of own) {
    const hash = await findAuditHash(queryable, anchor);
    if (hash?.toString('hex') !== anchor.hash) return { ...verdict, fault: 'anchor_broken', brokenAt: anchor.sequence };
  }
  return { ...verdict, fault: null, brokenAt: null };
}

/** Verifies every chain of the installation, also those that only an anchor remembers. */
export async function verifyAllChains(queryable: Queryable, anchors: readonly AuditAnchor[]): Promise<ChainVerdict[]> {
  const known = await listAuditedWorkspaceIds(queryable);
  const verdicts: ChainVerdict[] = [];
  for (const workspaceId of known) verdicts.push(await verifyChain(queryable, workspaceId, anchors));
  return verdicts;
}
