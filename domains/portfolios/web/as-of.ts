/** The past day that a portfolio's page shows, in its address. */
import { DAY_MS } from '#kernel';
import { currentTimeMs } from '#web/i18n';
import { useUrlState } from '#web/shell';

/** The day in the address; empty is today, and the live page. */
export function useAsOf(): readonly [string, (day: string) => void] {
  return useUrlState<string>('fecha', '');
}

/** Yesterday in the reader's zone, to begin with: today is what the live page shows. */
export function yesterday(): string {
  return new Intl.DateTimeFormat('sv-SE').format(currentTimeMs() - DAY_MS);
}
