/** Identity's section of the configuration. */
import { z } from 'zod';

export const identitySettings = z.object({
  /** Lets setup be done from another machine (a container, a rented server); the link's token still guards it. */
  remoteSetup: z.union([z.boolean(), z.stringbool()]).default(false),
});

export type IdentitySettings = z.output<typeof identitySettings>;
