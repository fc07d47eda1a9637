/** What a person wants where: SQL on platform_notify_preferences and platform_notify_rules. */
import type { Queryable, Transaction } from '#platform/db';
import { DEFAULT_PREFERENCES, type Preferences, ruleKey } from './delivery-plan.ts';
import type { Channel, Severity } from './types.ts';

export interface Rule {
  readonly kind: string;
  readonly channel: Channel;
  readonly isOn: boolean;
}

interface PreferenceRow {
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly letsUrgentThrough: boolean;
  readonly minimumSeverity: Severity;
}

/** Hers, or the defaults until she chose. */
export async function findPreferences(queryable: Queryable, userId: string): Promise<Preferences> {
  const rows = await queryable.prepared<PreferenceRow>(
    'platform.notify.preferences',
    `select quiet_from as "quietFrom", quiet_to as "quietTo", lets_urgent_through as "letsUrgentThrough",
       minimum_severity as "minimumSeverity" from platform_notify_preferences where user_id = $1`,
    [userId],
  );
  const rules = await queryable.prepared<Rule>(
    'platform.notify.rules',
    'select kind, channel, is_on as "isOn" from platform_notify_rules where user_id = $1 limit 1000',
    [userId],
  );
  const byKey = new Map(rules.map(({ kind, channel, isOn }) => [ruleKey(kind, channel), isOn]));
  const row = rows[0];
  if (!row) return { ...DEFAULT_PREFERENCES, rules: byKey };
  const { quietFrom, quietTo } = row;
  return {
    rules: byKey,
    quietHours: quietFrom === null || quietTo === null ? null : { from: quietFrom, to: quietTo },
    letsUrgentThrough: row.letsUrgentThrough,
    minimumSeverity: row.minimumSeverity,
  };
}

export async function upsertPreferences(
  tx: Transaction,
  userId: string,
  preferences: Omit<Preferences, 'rules'> & { readonly rules: readonly Rule[] },
): Promise<void> {
  const { quietHours } = preferences;
  await tx.prepared(
    'platform.notify.preferences.write',
    `insert into platform_notify_preferences (user_id, quiet_from, quiet_to, lets_urgent_through, minimum_severity)
     values ($1, $2, $3, $4, $5)
     on conflict (user_id) do update set quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
       lets_urgent_through = excluded.lets_urgent_through, minimum_severity = excluded.minimum_severity`,
    [
      userId,
      quietHours?.from ?? null,
      quietHours?.to ?? null,
      preferences.letsUrgentThrough,
      preferences.minimumSeverity,
    ],
  );
  await tx.prepared(
    'platform.notify.rules.write',
    `insert into platform_notify_rules (user_id, kind, channel, is_on)
     select $1, rule.kind, rule.channel, rule.is_on
     from unnest($2::text[], $3::text[], $4::boolean[]) as rule (kind, channel, is_on)
     on conflict (user_id, kind, channel) do update set is_on = excluded.is_on`,
    [
      userId,
      preferences.rules.map(({ kind }) => kind),
      preferences.rules.map(({ channel }) => channel),
      preferences.rules.map(({ isOn }) => isOn),
    ],
  );
}
