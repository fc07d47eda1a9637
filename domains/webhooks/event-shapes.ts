/** Events that webhooks emit themselves. */
import { z } from 'zod';
import { event } from '#kernel';

export const CustomPublished = event({
  name: 'webhooks.custom.published',
  version: 1,
  summary: 'Somebody published an own event through the API.',
  permission: 'webhooks.event.read',
  schema: z.object({ type: z.string(), data: z.record(z.string(), z.json()) }),
  example: { type: 'warehouse.box.counted', data: { boxes: 12 } },
});

export const EndpointTested = event({
  name: 'webhooks.endpoint.tested',
  version: 1,
  summary: 'Somebody asked for a test delivery; only the endpoint of the subject hears it.',
  permission: 'webhooks.endpoint.read',
  schema: z.object({ endpointId: z.uuid(), message: z.string() }),
  example: { endpointId: '01920000-0000-7000-8000-000000000000', message: 'Cactus can reach you.' },
});

export const EndpointChanged = event({
  name: 'webhooks.endpoint.changed',
  version: 1,
  summary: 'An endpoint was added, changed, removed or switched off; every process reloads its list.',
  permission: 'webhooks.endpoint.read',
  schema: z.object({ change: z.enum(['created', 'changed', 'removed', 'rotated', 'disabled']) }),
  example: { change: 'disabled' },
});

export const EndpointDisabled = event({
  name: 'webhooks.endpoint.disabled',
  version: 1,
  summary: 'Cactus switched an endpoint off by itself: it is gone, kept failing, or its secret cannot be read.',
  permission: 'webhooks.endpoint.read',
  schema: z.object({
    reason: z.enum(['gone', 'secret_not_readable', 'failing']),
    host: z.string(),
    failingSinceMs: z.number().nullable(),
  }),
  example: { reason: 'failing', host: 'hooks.example.com', failingSinceMs: 1_763_700_000_000 },
});
