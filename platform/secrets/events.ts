/** What the secrets page says to the log: that a secret was set or deleted, by name. */
import { event } from '#kernel';
import { z } from 'zod';

const schema = z.object({ name: z.string() });
const example = { name: 'broker.api-key' };

export const SecretSet = event({
  name: 'platform.secret.set',
  version: 1,
  summary: 'A secret was kept or replaced; never its value.',
  permission: 'platform.secrets.read',
  schema: schema.extend({ isNew: z.boolean() }),
  example: { ...example, isNew: true },
});

export const SecretDeleted = event({
  name: 'platform.secret.deleted',
  version: 1,
  summary: 'A secret was deleted.',
  permission: 'platform.secrets.read',
  schema,
  example,
});

export const SECRET_EVENTS = [SecretSet, SecretDeleted] as const;
