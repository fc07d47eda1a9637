/**
 * "Sin conexión": shown on every page once the socket and the server itself are out of reach. What is on screen stays, dimmed, with its
 * age; when the connection is back everything that failed meanwhile is asked again.
 */
import { useQueryClient } from '@tanstack/react-query';
import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { live, useLiveState } from '#web/api';
import { formatRelative, useNow, useTexts } from '#web/i18n';
import { Ribbon } from '#web/ui';
import { shellTexts } from './shell-texts.ts';

const PATIENCE_MS = 2_000; // A restart or a change of network is over by then: a flash would only frighten.
const TICK_MS = 10_000;

export function OfflineRibbon() {
  const t = useTexts(shellTexts);
  const isOffline = useOffline();
  const { heardAtMs } = useLiveState();
  const nowMs = useNow(TICK_MS);
  useEffect(() => {
    document.documentElement.toggleAttribute('data-offline', isOffline);
    return () => document.documentElement.removeAttribute('data-offline');
  }, [isOffline]);
  useAskAgain(isOffline);
  if (!isOffline) return null;
  const detail =
    heardAtMs === null ? t('offlineDetailNever') : t('offlineDetail', { when: formatRelative(heardAtMs, nowMs) });
  return (
    <div data-shell role="status">
      <Ribbon
        tone="warn"
        icon={CloudOff}
        action={
          <button type="button" className="underline underline-offset-2" onClick={() => live.retryNow()}>
            {t('retryNow')}
          </button>
        }
      >
        <strong className="font-semibold">{t('offlineTitle')}.</strong> {detail}
      </Ribbon>
    </div>
  );
}

function useOffline(): boolean {
  const isLost = useLiveState().phase === 'lost';
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isLost) return undefined;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isLost]);
  return isLost && isLong;
}

/** The socket catches up with what changed; what could not be read at all while away is asked here. */
function useAskAgain(isOffline: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isOffline) return undefined;
    return () => void client.refetchQueries({ type: 'active', predicate: (query) => query.state.status === 'error' });
  }, [isOffline, client]);
}
