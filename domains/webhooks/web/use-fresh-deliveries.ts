/** Keeps a read of deliveries fresh: the server says when some ended, several times a second; people read slower. */
import { useEffect, useRef } from 'react';
import { type ApiKey, useLive, useRefresh } from '#web/api';

const REFRESH_MS_MIN = 1000;

/** Reads `key` again after deliveries ended, at most once a second, and not while somebody reads what is on screen. */
export function useFreshDeliveries(key: ApiKey, isPaused: boolean): void {
  const refresh = useRefresh();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useLive('webhooks.deliveries', () => {
    if (isPaused || timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      void refresh(key);
    }, REFRESH_MS_MIN);
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
}
