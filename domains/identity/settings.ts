/** Identity's section of the configuration. */
import { z } from 'zod';
import { oidcSettings } from './oidc-settings.ts';

export const identitySettings = z.object({
  remoteSetup: z.boolean().default(false).meta({
    description:
      'Lets the first person be created from another machine (a container, a rented server); the link still guards it.',
  }),
  oidc: oidcSettings.prefault({}),
});

export type IdentitySettings = z.output<typeof identitySettings>;
