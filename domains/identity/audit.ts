/**
 * Audit chain: each entry's hash covers its content and the hash before it (as in Haber and Stornetta 1991), so a
 * changed, removed, inserted or moved entry breaks the chain at its place. The stored head shows a cut tail; anchors kept
 * outside the database (`audit-anchor.ts`) show one that was cut together with its head.
 */
import { createHash } from 'node:crypto';

/** The chain of things that belong to no workspace: failed sign-ins of unknown people, removed workspaces. */
export const INSTALLATION_CHAIN = '00000000-0000-0000-0000-000000000000';
export const CHAIN_START: Buffer = Buffer.alloc(32);
/** Version 1 covered no agent, credential, before and after. */
export const HASH_VERSION = 2;

export interface AuditContent {
  readonly workspaceId: string;
  readonly sequence: bigint;
  readonly hashVersion: number;
  readonly action: string;
  readonly subject: string;
  readonly userId: string | null;
  readonly ip: string;
  readonly agent: string;
  readonly credentialId: string | null;
  readonly atMs: number;
  /** JSON texts exactly as stored; a jsonb column would reorder them and break the hash. */
  readonly details: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** sha256 over a JSON array, so that no field can run into the next. */
export function hashAuditEntry(previousHash: Buffer, content: AuditContent): Buffer {
  const { workspaceId, hashVersion, action, subject, userId, ip, atMs, details } = content;
  const common = [workspaceId, String(content.sequence), action, subject, userId, ip, atMs, details];
  const { agent, credentialId, before, after } = content;
  const fields = hashVersion === 1 ? common : [hashVersion, ...common, agent, credentialId, before, after];
  return createHash('sha256').update(previousHash).update(JSON.stringify(fields)).digest();
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

/** Words in a field's name that make its value a secret: it is told that it changed, never what it is. */
const SECRET_NAME =
  /password|passphrase|secret|token|hash|otp|recovery|cookie|authorization|credential|privatekey|apikey|pin$/i;
const REDACTED = '[redacted]';
const TEXT_LENGTH_MAX = 2_000; // A remark fits; a document does not belong into the trail.
const DEPTH_MAX = 6; // Deeper facts are a payload, not a change.

/** The JSON text of what was or is, without secrets and without documents. */
export function auditText(facts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(redacted(facts, 0));
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.length > TEXT_LENGTH_MAX ? `${value.slice(0, TEXT_LENGTH_MAX)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '…';
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return redacted((value.toJSON as () => unknown)(), depth);
  const entries = Object.entries(value).map(([name, field]) => {
    const isSecret = SECRET_NAME.test(name.replaceAll(/[_-]/g, '')) && field !== null && typeof field !== 'boolean';
    return [name, isSecret ? REDACTED : redacted(field, depth + 1)];
  });
  return Object.fromEntries(entries);
}
