/** Live values: prices arrive several times a second, so reads that stand on them are fetched again at most every two seconds. */
import { useEffect, useRef } from 'react';
import { type ApiKey, useLive, useRefresh } from '#web/api';

const REFRESH_MS_MIN = 2_000; // A person reads no faster, and a page of figures costs the server a few milliseconds.

/** Fetches these reads again when a price or an operation changes. */
export function useLiveRefresh(...keys: readonly ApiKey[]): void {
  const refresh = useRefresh();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const schedule = (): void => {
    if (timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      void refresh(...keys);
    }, REFRESH_MS_MIN);
  };
  useLive('markets.prices', schedule);
  useLive('portfolios.*', schedule);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
}
