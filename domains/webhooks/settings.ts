/** The operator's settings of this domain: `webhooks.…` in cactus.yaml, `CACTUS_WEBHOOKS_…` in the environment. */
import { z } from 'zod';

export const WebhooksSettings = z.object({
  allowedHosts: z
    .array(z.string())
    .default([])
    .describe('Host names, addresses or CIDR ranges that are always reachable, also over plain http.'),
  allowPrivateNetworks: z
    .boolean()
    .default(false)
    .describe('Lets endpoints on loopback and private networks through; cloud metadata addresses stay refused.'),
  timeoutMs: z
    .number()
    .int()
    .min(100)
    .max(30_000)
    .default(15_000)
    .describe('Limit of one attempt, from connecting to the end of the answer.'),
  // The retry schedule alone takes about a day and a half.
  retentionDays: z
    .number()
    .int()
    .min(3)
    .max(365)
    .default(14)
    .describe('Days that deliveries and their attempts are kept.'),
  secretKey: z
    .string()
    .min(16)
    .optional()
    .describe('Opens signing secrets sealed before the master key (secretKey) came; not needed on a new install.'),
});

export type WebhooksSettings = z.infer<typeof WebhooksSettings>;
