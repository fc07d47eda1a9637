/** The live tail: every event the reader may see, newest on top; stands still while somebody reads it. */
import { Pause, Play } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type LiveEvent, useApi, useLive } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Button, type Column, DateText, Drawer, EmptyState, StatusDot, Table } from '#web/ui';
import { JsonBlock } from './json-block.tsx';
import { type EventKey, eventTexts } from './texts.ts';

const SHOWN_MAX = 200; // More rows than anybody reads live; the log keeps the rest.
const PREVIEW_LENGTH_MAX = 120;
const PAINT_MS = 250; // A burst of a thousand events is four paints a second, not a thousand.

export function LiveTail() {
  const t = useTexts(eventTexts);
  const [isPinned, setPinned] = useState(false);
  const [isHovered, setHovered] = useState(false);
  const [opened, setOpened] = useState<LiveEvent | null>(null);
  const isPaused = isPinned || isHovered || opened !== null;
  const { rows, waitingCount, error, retry } = useTail(isPaused);
  const columns = useMemo(() => tailColumns(t), [t]);
  return (
    <div
      onPointerEnter={(pointer) => setHovered(pointer.pointerType === 'mouse')}
      onPointerLeave={() => setHovered(false)}
    >
      <Table
        title={t('live')}
        urlName="directo"
        columns={columns}
        rows={rows}
        rowId={(event) => event.id}
        onOpen={setOpened}
        error={error}
        onRetry={retry}
        empty={<EmptyState title={t('eventsEmpty')} detail={t('eventsEmptyDetail')} />}
        actions={
          <>
            <StatusDot tone={isPaused ? 'neutral' : 'ok'}>
              {isPaused ? (waitingCount > 0 ? t('pausedNew', { count: waitingCount }) : t('paused')) : t('flowing')}
            </StatusDot>
            <Button
              size="sm"
              icon={isPinned ? Play : Pause}
              aria-pressed={isPinned}
              title={t('pauseHint')}
              onClick={() => setPinned(!isPinned)}
            >
              {isPinned ? t('resume') : t('pause')}
            </Button>
          </>
        }
      />
      <Drawer
        isOpen={opened !== null}
        onClose={() => setOpened(null)}
        title={opened?.name ?? ''}
        description={opened && <DateText when={opened.occurredAtMs} format="full" />}
      >
        {opened && <JsonBlock label={t('payload')} value={opened.payload} />}
      </Drawer>
    </div>
  );
}

/** The newest events: the log's last page, then what the socket brings, painted a few times a second. */
function useTail(isPaused: boolean) {
  const first = useApi('GET /api/events', { query: { limit: SHOWN_MAX } });
  const incoming = useRef<LiveEvent[]>([]);
  const [live, setLive] = useState<readonly LiveEvent[]>([]);
  const [waitingCount, setWaitingCount] = useState(0);
  useLive('*', (signal) => {
    if (signal.type === 'event') incoming.current = [signal.event, ...incoming.current].slice(0, SHOWN_MAX);
  });
  useEffect(() => {
    const timer = setInterval(() => {
      setWaitingCount(incoming.current.length);
      if (isPaused || incoming.current.length === 0) return;
      const fresh = incoming.current;
      incoming.current = [];
      setLive((before) => [...fresh, ...before].slice(0, SHOWN_MAX));
    }, PAINT_MS);
    return () => clearInterval(timer);
  }, [isPaused]);
  const logged = first.data?.items;
  const rows = useMemo(() => {
    if (!logged) return undefined;
    const seen = new Set(live.map(({ id }) => id));
    return [...live, ...logged.filter(({ id }) => !seen.has(id))].slice(0, SHOWN_MAX);
  }, [live, logged]);
  return { rows, waitingCount, error: first.error, retry: () => void first.refetch() };
}

function previewOf({ payload }: LiveEvent): string {
  return JSON.stringify(payload).slice(0, PREVIEW_LENGTH_MAX);
}

function tailColumns(t: Translate<EventKey>): Column<LiveEvent>[] {
  return [
    {
      id: 'time',
      head: t('time'),
      kind: 'instant',
      widthPx: 110,
      value: (event) => event.occurredAtMs,
      cell: (event) => <DateText when={event.occurredAtMs} format="time" />,
    },
    { id: 'type', head: t('type'), card: 'title', widthPx: 260, value: (event) => event.name },
    {
      id: 'payload',
      head: t('payload'),
      isSortable: false,
      value: previewOf,
      // Payloads may hold amounts: the privacy eye covers them too.
      cell: (event) => (
        <span data-money className="block truncate text-muted">
          {previewOf(event)}
        </span>
      ),
    },
    {
      id: 'number',
      head: t('number'),
      kind: 'number',
      widthPx: 110,
      value: (event) => Number(event.sequence),
      card: 'figure',
    },
  ];
}
