/** The browser's clock, in one place; tests of the pure formats pass their own instant. */
import { useEffect, useState } from 'react';

/** Now, in epoch milliseconds. */
export function currentTimeMs(): number {
  return new Date().getTime();
}

/** Now, repainting every `everyMs` while the component is on screen: for `hace 2 s`. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(currentTimeMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(currentTimeMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
