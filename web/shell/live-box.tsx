/** Bottom left: whether what is on screen is alive, and since when not. */
import { live, useLiveState } from '#web/api';
import { formatRelative, useNow, useTexts } from '#web/i18n';
import { cx } from '#web/ui';
import { shellTexts } from './shell-texts.ts';

const TICK_MS = 1_000;

export function LiveBox({ isCollapsed }: { readonly isCollapsed: boolean }) {
  const t = useTexts(shellTexts);
  const { phase, heardAtMs } = useLiveState();
  const nowMs = useNow(TICK_MS);
  const isLost = phase === 'lost';
  const since = heardAtMs === null ? '' : `· ${formatRelative(heardAtMs, nowMs)}`;
  const words = isLost ? t('liveLost') : phase === 'live' ? t('liveNow') : t('liveConnecting');
  const dot = isLost ? 'bg-warn' : phase === 'live' ? 'bg-ok' : 'bg-line-strong';
  return (
    <div
      className={cx(
        'figures flex min-h-10 items-center gap-2.5 rounded-md border px-3 text-xs',
        isLost ? 'border-warn/60 bg-warn-soft text-warn' : 'border-line bg-surface text-muted',
        isCollapsed && 'justify-center px-0',
      )}
      title={isCollapsed ? words : undefined}
    >
      <span aria-hidden className={cx('size-2 shrink-0 rounded-full forced-colors:bg-[CanvasText]', dot)} />
      {/* Announced only when the phase changes: a ticking clock must not be read aloud. */}
      <span role="status" className={isCollapsed ? 'sr-only' : undefined}>
        {words}
      </span>
      {!isCollapsed && phase === 'live' && <span className="-ml-1.5">{since}</span>}
      {!isCollapsed && isLost && (
        <button type="button" className="ml-auto underline underline-offset-2" onClick={() => live.retryNow()}>
          {t('retryNow')}
        </button>
      )}
    </div>
  );
}
