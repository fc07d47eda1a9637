/** Named secrets over HTTP: written and deleted, listed by name and age, never read back. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const VALUE_LENGTH_MAX = 16_384; // A private key in PEM fits; a file belongs in the file store.
const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/)
  .meta({ allowed: 'lower-case letters, digits, dot, dash and underscore; at most 80' });
const SecretParams = z.object({ name: Name });

export const ListSecrets = endpoint({
  method: 'GET',
  path: '/api/secrets',
  permission: 'platform.secrets.read',
  summary: 'Names of the secrets of this workspace with their age and last use; never a value.',
  response: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        createdAtMs: z.number(),
        changedAtMs: z.number(),
        lastUsedAtMs: z.number().nullable(),
      }),
    ),
    /** Fingerprint of the master key that seals them. */
    keyId: z.string(),
  }),
});

export const SetSecret = endpoint({
  method: 'PUT',
  path: '/api/secrets/:name',
  permission: 'platform.secrets.write',
  summary: 'Keeps a secret under a name, replacing what was there. It cannot be read back.',
  params: SecretParams,
  body: z.object({ value: z.string().min(1).max(VALUE_LENGTH_MAX) }),
  response: z.object({ isNew: z.boolean() }),
  holdsSecret: true,
  refusals: { secrets_full: 409 },
});

export const DeleteSecret = endpoint({
  method: 'DELETE',
  path: '/api/secrets/:name',
  permission: 'platform.secrets.write',
  summary: 'Forgets a secret; what uses it stops working.',
  params: SecretParams,
  status: 204,
  refusals: { secret_not_found: 404 },
});
