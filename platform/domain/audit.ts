/** The platform's own changes in the audit trail, which is identity's: the platform knows no domain, only its manifest. */
import type { Transaction } from '#platform/db';
import type { Domain } from './index.ts';

export interface AuditedChange {
  readonly workspaceId: string;
  /** `platform.<noun>.<verb>`. */
  readonly action: string;
  readonly subject: string;
  readonly atMs: number;
  readonly details?: Readonly<Record<string, string>>;
}

/** Writes one entry with the change, by whichever domain keeps the trail; who asked and from where is known to the request. */
export async function auditChange(
  { domains }: { readonly domains: readonly Domain[] },
  tx: Transaction,
  change: AuditedChange,
): Promise<void> {
  await domains.find((domain) => 'recordAudit' in domain)?.recordAudit?.(tx, change);
}
