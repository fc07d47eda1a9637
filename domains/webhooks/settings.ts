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
  bodyRetentionDays: z
    .number()
    .int()
    .min(3)
    .max(365)
    .default(7)
    .describe(
      'Days that the body and the answers of a finished delivery are kept; after them it cannot be sent again.',
    ),
  disableAfterDays: z
    .number()
    .int()
    .min(0)
    .max(90)
    .default(5)
    .describe('Days without one success after which an endpoint is switched off; 0 never does.'),
  disableAfterAttempts: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('Failed attempts there must be as well before an endpoint is switched off.'),
  secretKey: z
    .string()
    .min(16)
    .optional()
    .describe('Opens signing secrets sealed before the master key (secretKey) came; not needed on a new install.'),
});

export type WebhooksSettings = z.infer<typeof WebhooksSettings>;
