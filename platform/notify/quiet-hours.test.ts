/** Goal: quiet hours follow the person's own clock, over midnight and in the nights when the clocks change. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planDelivery, DEFAULT_PREFERENCES, MESSAGES_PER_HOUR_MAX, ruleKey } from './delivery-plan.ts';
import { quietEndMs } from './quiet-hours.ts';
import type { NoticeKind } from './types.ts';

const NIGHT = { from: '22:00', to: '08:00' };
const MADRID = 'Europe/Madrid';
const end = (at: string, hours = NIGHT, timeZone = MADRID) => {
  const untilMs = quietEndMs(Date.parse(at), hours, timeZone);
  return untilMs === null ? null : new Date(untilMs).toISOString();
};

test.each([
  ['an evening in winter', '2026-11-21T21:00:00Z', '2026-11-22T07:00:00.000Z'],
  ['one second before', '2026-11-21T20:59:59Z', null],
  ['after midnight', '2026-11-22T02:30:00Z', '2026-11-22T07:00:00.000Z'],
  ['the minute it ends', '2026-11-22T07:00:00Z', null],
  ['a summer evening', '2026-07-01T20:00:00Z', '2026-07-02T06:00:00.000Z'],
  ['the short night of March: one hour less to wait', '2026-03-28T21:00:00Z', '2026-03-29T06:00:00.000Z'],
  ['the long night of October: one hour more', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00.000Z'],
])('%s', (_name, at, expected) => {
  expect(end(at)).toBe(expected);
});

test('an end that does not exist that night is the next minute that does', () => {
  expect(end('2026-03-29T00:30:00Z', { from: '01:00', to: '02:30' })).toBe('2026-03-29T01:00:00.000Z');
});

test('by day, for another zone, and from a time to itself', () => {
  expect(end('2026-11-21T12:30:00Z', { from: '13:00', to: '15:00' })).toBe('2026-11-21T14:00:00.000Z');
  expect(end('2026-11-21T23:30:00Z', NIGHT, 'America/Argentina/Buenos_Aires')).toBeNull();
  expect(end('2026-11-21T12:30:00Z', { from: '08:00', to: '08:00' })).toBeNull();
});

test('the end is later than now, within a day and an hour, and not quiet itself', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
  const zone = fc.constantFrom(MADRID, 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC');
  const at = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  fc.assert(
    fc.property(at, time, time, zone, (atMs, from, to, timeZone) => {
      const untilMs = quietEndMs(atMs, { from, to }, timeZone);
      if (untilMs === null) return;
      expect(untilMs).toBeGreaterThan(atMs);
      expect(untilMs - atMs).toBeLessThanOrEqual(25 * 3_600_000);
      expect(quietEndMs(untilMs, { from, to }, timeZone)).toBeNull();
    }),
    { numRuns: 60 },
  );
});

const kind: NoticeKind = {
  kind: 'toys.ball.lost',
  permission: 'session',
  severity: 'warning',
  label: { es: 'x', en: 'x' },
  text: { es: 'x', en: 'x' },
  channels: ['email'],
};
const NOON = Date.parse('2026-11-21T11:20:00Z');
const base = { kind, channel: 'email', preferences: DEFAULT_PREFERENCES, timeZone: MADRID, nowMs: NOON } as const;
const plan = (change: Partial<Parameters<typeof planDelivery>[0]> = {}) =>
  planDelivery({ ...base, sentLastHourCount: 0, ...change });

test('rules beat the catalogue, severity sifts, quiet and storms hold', () => {
  const rules = (channel: 'email' | 'telegram', isOn: boolean) => ({
    ...DEFAULT_PREFERENCES,
    rules: new Map([[ruleKey(kind.kind, channel), isOn]]),
  });
  expect(plan()).toEqual({ action: 'send' });
  expect(plan({ channel: 'telegram' })).toEqual({ action: 'skip' });
  expect(plan({ preferences: rules('email', false) })).toEqual({ action: 'skip' });
  expect(plan({ channel: 'telegram', preferences: rules('telegram', true) })).toEqual({ action: 'send' });
  expect(plan({ preferences: { ...DEFAULT_PREFERENCES, minimumSeverity: 'urgent' } })).toEqual({ action: 'skip' });
  const untilMs = Date.parse('2026-11-21T12:00:00Z');
  expect(plan({ sentLastHourCount: MESSAGES_PER_HOUR_MAX - 1 })).toEqual({ action: 'send' });
  expect(plan({ sentLastHourCount: MESSAGES_PER_HOUR_MAX })).toEqual({ action: 'hold', reason: 'rate', untilMs });
  const preferences = { ...DEFAULT_PREFERENCES, quietHours: { from: '12:00', to: '13:00' } };
  expect(plan({ preferences })).toEqual({ action: 'hold', reason: 'quiet', untilMs });
  const urgent = { ...kind, severity: 'urgent' } as const;
  expect(plan({ preferences, kind: urgent })).toEqual({ action: 'send' });
  expect(plan({ preferences: { ...preferences, letsUrgentThrough: false }, kind: urgent })).toMatchObject({
    action: 'hold',
  });
});
