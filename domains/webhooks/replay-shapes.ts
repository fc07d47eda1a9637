/** Shapes of bulk replays, recoveries and the filter tester, as the API takes and gives them. */
import { z } from 'zod';
import { Filter } from './service-shapes.ts';

const Id = z.uuid();
const Instant = z.number().int().min(0);

/** Which deliveries are sent again. */
export const ReplayFilter = z.object({
  /** One endpoint; left out: every enabled one. */
  endpointId: Id.optional(),
  states: z
    .array(z.enum(['failed', 'waiting', 'delivered']))
    .min(1)
    .default(['failed']),
  /** A glob over event names. */
  eventName: Filter.optional(),
  /** When the event happened. */
  sinceMs: Instant.optional(),
  untilMs: Instant.optional(),
});
export type ReplayFilter = z.infer<typeof ReplayFilter>;

export const ReplayView = z.object({
  id: Id,
  kind: z.enum(['replay', 'recover']),
  state: z.enum(['running', 'done', 'cancelled']),
  endpointId: Id.nullable(),
  /** How many there were when it was asked; a recovery adds what it finds was never sent. */
  total: z.number().int(),
  /** How many have been queued again so far, and what became of them. */
  queued: z.number().int(),
  delivered: z.number().int(),
  failed: z.number().int(),
  createdAtMs: z.number(),
  finishedAtMs: z.number().nullable(),
  /** Until the last one is queued, at the pace so far; null once it is over. */
  remainingMs: z.number().nullable(),
});

export const ReplayPreview = z.object({
  /** Stops counting at a million. */
  count: z.number().int(),
  /** Until all have been sent, at the usual pace and the endpoints' own limits. */
  estimateMs: z.number(),
});

/** One recent event as a filter would see it. */
export const FilterVerdict = z.object({
  eventId: Id,
  name: z.string(),
  occurredAtMs: z.number(),
  matches: z.boolean(),
  /** What kept it out: the name, or the path of the first condition that does not hold. */
  unmet: z.string().nullable(),
});
