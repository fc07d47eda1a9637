/** Shapes of what an endpoint hears and how it wants to be served. */
import { z } from 'zod';
import { Condition, CONDITIONS_MAX } from './condition.ts';

const FILTERS_MAX = 20; // More than this is better said as a wider glob.
const RETRIES_MAX = 20; // A receiver that was asked twenty times has been asked.
const RETRY_DELAY_SECONDS_MAX = 86_400; // As long as the longest step of our own schedule.
const RETRY_TOTAL_SECONDS_MAX = 60 * 3600; // With jitter still below the three days that a delivery is kept at least.
const RATE_LIMIT_MAX = 1000; // Above it there is nothing to protect.

/** A glob over event names. */
export const Filter = z
  .string()
  .regex(/^[a-z0-9*][a-z0-9.*-]{0,99}$/)
  .refine((text) => !text.includes('**'));
export const Filters = z.array(Filter).max(FILTERS_MAX);
const RetryDelays = z
  .array(z.number().int().min(1).max(RETRY_DELAY_SECONDS_MAX))
  .min(1)
  .max(RETRIES_MAX)
  .refine((delays) => delays.reduce((total, delay) => total + delay, 0) <= RETRY_TOTAL_SECONDS_MAX, {
    message: 'together at most 60 hours',
  });
const Ordering = z.enum(['none', 'endpoint', 'subject']);

export const ServiceFields = {
  /** All must hold for the event's data. */
  conditions: z.array(Condition).max(CONDITIONS_MAX),
  /** Seconds before the 2nd, 3rd… attempt; null follows 5 s, 30 s, 5 min, 30 min, 2 h, 8 h, 24 h. */
  retryDelaysSeconds: RetryDelays.nullable(),
  /** Deliveries a second, over all processes when they share a Redis, else of each; null has no limit. */
  rateLimitPerSecond: z.number().int().min(1).max(RATE_LIMIT_MAX).nullable(),
  /** `endpoint`: one after another; `subject`: one after another per subject. What fails holds what comes after it. */
  ordering: Ordering,
  /** Adds an Ed25519 signature (`v1a`) that anybody can verify with the public key. */
  signsWithPublicKey: z.boolean(),
};
