/** The operator's settings of this domain: `webhooks.…` in cactus.yaml, `CACTUS_WEBHOOKS_…` in the environment. */
import { z } from 'zod';

export const WebhooksSettings = z.object({
  /** Host names, addresses or CIDR ranges that are always reachable, also over plain http. */
  allowedHosts: z.array(z.string()).default([]),
  /** Lets endpoints on loopback and private networks through; link-local addresses (cloud metadata) stay refused. */
  allowPrivateNetworks: z.boolean().default(false),
  /** The whole attempt, from connecting to the end of the answer. */
  timeoutMs: z.number().int().min(100).max(30_000).default(15_000),
  /** Days that deliveries and their attempts are kept; the retry schedule alone takes about a day and a half. */
  retentionDays: z.number().int().min(3).max(365).default(14),
  /** Seals the signing secrets; needed when several machines share one database. Absent: a key file in the data folder. */
  secretKey: z.string().min(16).optional(),
});

export type WebhooksSettings = z.infer<typeof WebhooksSettings>;
