/** Credit book: how many credits of a day and of a month are used, so that a plan is never overrun. Windows are UTC calendar ones. */
import type { Clock } from '#kernel';
import type { Quota } from './price-provider.ts';
import { windowEndMs } from './provider-fault.ts';

export interface CreditUse {
  readonly window: 'day' | 'month';
  readonly usedCredits: number;
  readonly limitCredits: number;
  /** When the count starts anew. */
  readonly endsAtMs: number;
}

export interface CreditBook {
  /** Takes credits of every window, or none: the window that has too few left is returned. Null when they were taken. */
  take(creditCount: number): CreditUse | null;
  uses(): readonly CreditUse[];
  /** Continues counts of another process whose windows still run. */
  resume(known: readonly CreditUse[]): void;
}

/** Opens the book of one provider with nothing used. */
export function makeCreditBook(quota: Pick<Quota, 'creditsPerDay' | 'creditsPerMonth'>, clock: Clock): CreditBook {
  const limits = [
    { window: 'day', limitCredits: quota.creditsPerDay },
    { window: 'month', limitCredits: quota.creditsPerMonth },
  ] as const;
  let current: CreditUse[] = limits.flatMap(({ window, limitCredits }) =>
    limitCredits === null ? [] : [{ window, usedCredits: 0, limitCredits, endsAtMs: windowEndMs(window, clock()) }],
  );
  const uses = (): CreditUse[] =>
    current.map((use) =>
      clock() < use.endsAtMs ? use : { ...use, usedCredits: 0, endsAtMs: windowEndMs(use.window, clock()) },
    );
  return {
    take(creditCount) {
      current = uses();
      const spent = current.find((use) => use.usedCredits + creditCount > use.limitCredits);
      if (spent) return spent;
      current = current.map((use) => ({ ...use, usedCredits: use.usedCredits + creditCount }));
      return null;
    },
    uses,
    resume(known) {
      current = uses().map((use) => {
        const before = known.find(({ window, endsAtMs }) => window === use.window && endsAtMs === use.endsAtMs);
        return before ? { ...use, usedCredits: Math.max(use.usedCredits, before.usedCredits) } : use;
      });
    },
  };
}
