/** Whether one notification goes to one person by one channel: now, later in a digest, or not at all. Pure. */
import type { QuietHours } from './quiet-hours.ts';
import { quietEndMs } from './quiet-hours.ts';
import { type Channel, type NoticeKind, SEVERITIES, type Severity } from './types.ts';

export interface Preferences {
  /** What differs from the catalogue, by `ruleKey`. */
  readonly rules: ReadonlyMap<string, boolean>;
  readonly quietHours: QuietHours | null;
  readonly letsUrgentThrough: boolean;
  readonly minimumSeverity: Severity;
}

export type HeldReason = 'quiet' | 'rate';

export type DeliveryPlan =
  | { readonly action: 'skip' }
  | { readonly action: 'send' }
  | { readonly action: 'hold'; readonly reason: HeldReason; readonly untilMs: number };

export const DEFAULT_PREFERENCES: Preferences = {
  rules: new Map(),
  quietHours: null,
  letsUrgentThrough: true,
  minimumSeverity: 'info',
};

const HOUR_MS = 3_600_000;
/** More than this in an hour is a storm: the rest comes as one digest. */
export const MESSAGES_PER_HOUR_MAX = 20;

export function ruleKey(kind: string, channel: Channel): string {
  return `${kind} ${channel}`;
}

/** Her rule, or what the catalogue says until she has one. */
export function isWanted(kind: NoticeKind, channel: Channel, preferences: Preferences): boolean {
  return preferences.rules.get(ruleKey(kind.kind, channel)) ?? kind.channels.includes(channel);
}

export function planDelivery(input: {
  readonly kind: NoticeKind;
  readonly channel: Channel;
  readonly preferences: Preferences;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly sentLastHourCount: number;
}): DeliveryPlan {
  const { kind, preferences, nowMs } = input;
  if (!isWanted(kind, input.channel, preferences)) return { action: 'skip' };
  if (SEVERITIES.indexOf(kind.severity) < SEVERITIES.indexOf(preferences.minimumSeverity)) return { action: 'skip' };
  const passes = kind.severity === 'urgent' && preferences.letsUrgentThrough;
  const untilMs = passes ? null : quietEndMs(nowMs, preferences.quietHours, input.timeZone);
  if (untilMs !== null) return { action: 'hold', reason: 'quiet', untilMs };
  if (input.sentLastHourCount < MESSAGES_PER_HOUR_MAX) return { action: 'send' };
  // Whole hours, so that everything held in one storm is due at one moment.
  return { action: 'hold', reason: 'rate', untilMs: (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS };
}
