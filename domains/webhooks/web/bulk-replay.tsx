/** Many deliveries sent again: chosen, counted before, and how far the running ones are, with a way to stop. */
import { Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Button, Dialog, FormProblem, Progress, Select, TextField, toast } from '#web/ui';
import { type Endpoint, hostOf, webhookWords } from './event-words.ts';
import { type ServiceKey, serviceTexts } from './service-texts.ts';
import { eventTexts } from './texts.ts';

const STATES = ['failed', 'waiting', 'delivered'] as const;
type State = (typeof STATES)[number];
type Replay = ApiOutput<'GET /api/webhooks/replays'>['items'][number];

const REFRESH_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ALL = 'todos';
const TYPING_MS = 300; // A count per word, not per letter.

interface Draft {
  readonly endpointId: string;
  readonly state: State;
  readonly eventName: string;
  readonly fromDay: string;
  readonly toDay: string;
}

export function BulkReplayDialog({
  endpoints,
  onClose,
}: {
  readonly endpoints: readonly Endpoint[];
  readonly onClose: () => void;
}) {
  const t = useTexts(serviceTexts);
  const words = useTexts(eventTexts);
  const [draft, setDraft] = useState<Draft>({
    endpointId: ALL,
    state: 'failed',
    eventName: '',
    fromDay: '',
    toDay: '',
  });
  const set = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const { mutate: count, data: preview, error: previewError } = useApiMutation('POST /api/webhooks/replay-previews');
  const start = useApiMutation('POST /api/webhooks/replays', {
    refreshes: ['GET /api/webhooks/replays', 'GET /api/webhooks/deliveries'],
    onDone: () => {
      onClose();
      toast.done({ title: t('bulkStarted') });
    },
  });
  useEffect(() => {
    const timer = setTimeout(() => count({ body: filterOf(draft) }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [draft, count]);
  const total = preview?.count ?? 0;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('bulk')}
      description={t('bulkDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            kind="primary"
            disabled={total === 0}
            isBusy={start.isPending}
            onClick={() => start.mutate({ body: filterOf(draft) })}
          >
            {t('bulkStart', { count: total })}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FilterFields draft={draft} endpoints={endpoints} onChange={set} />
        <p role="status" className="text-sm">
          {preview &&
            (total === 0 ? t('bulkNone') : t('bulkCount', { count: total, duration: spanText(t, preview.estimateMs) }))}
        </p>
        <FormProblem error={start.error ?? previewError} words={webhookWords(words)} />
      </div>
    </Dialog>
  );
}

function FilterFields({
  draft,
  endpoints,
  onChange: set,
}: {
  readonly draft: Draft;
  readonly endpoints: readonly Endpoint[];
  readonly onChange: (part: Partial<Draft>) => void;
}) {
  const t = useTexts(serviceTexts);
  const choices = [
    { value: ALL, label: t('everyEndpoint') },
    ...endpoints.filter(({ isEnabled }) => isEnabled).map(({ id, url }) => ({ value: id, label: hostOf(url) })),
  ];
  return (
    <>
      <Select
        label={t('bulkState')}
        choices={STATES.map((value) => ({ value, label: t(`bulk_${value}`) }))}
        value={draft.state}
        onChange={(state) => set({ state })}
      />
      <Select
        label={t('bulkEndpoint')}
        choices={choices}
        value={draft.endpointId}
        onChange={(endpointId) => set({ endpointId })}
      />
      <TextField
        label={t('bulkName')}
        hint={t('bulkNameHint')}
        autoComplete="off"
        value={draft.eventName}
        onChange={(eventName) => set({ eventName })}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField label={t('fromDay')} type="date" value={draft.fromDay} onChange={(fromDay) => set({ fromDay })} />
        <TextField label={t('toDay')} type="date" value={draft.toDay} onChange={(toDay) => set({ toDay })} />
      </div>
    </>
  );
}

function filterOf({ endpointId, state, eventName, fromDay, toDay }: Draft) {
  const sinceMs = new Date(`${fromDay}T00:00`).getTime();
  const untilMs = new Date(`${toDay}T00:00`).getTime() + DAY_MS;
  const name = eventName.trim().toLowerCase();
  return {
    states: [state],
    ...(endpointId === ALL ? {} : { endpointId }),
    ...(name === '' ? {} : { eventName: name }),
    ...(Number.isFinite(sinceMs) ? { sinceMs } : {}),
    ...(Number.isFinite(untilMs) ? { untilMs } : {}),
  };
}

/** Running ones with their bar; a finished one is news no longer. */
export function RunningReplays() {
  const replays = useApi('GET /api/webhooks/replays', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  const running = (replays.data?.items ?? []).filter(({ state }) => state === 'running');
  return running.map((replay) => <RunningReplay key={replay.id} replay={replay} />);
}

function RunningReplay({ replay }: { readonly replay: Replay }) {
  const t = useTexts(serviceTexts);
  const cancel = useApiMutation('POST /api/webhooks/replays/:replayId/cancellations', {
    refreshes: ['GET /api/webhooks/replays', 'GET /api/webhooks/deliveries'],
  });
  const { queued, total, delivered, remainingMs } = replay;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-4">
      <div className="min-w-60 flex-1">
        <Progress
          label={replay.kind === 'recover' ? t('recovering') : t('replaying', { count: total })}
          doneRatio={total === 0 ? null : delivered / total}
          detail={t('replayDetail', { queued, total, delivered, duration: spanText(t, remainingMs ?? 0) })}
        />
      </div>
      <Button
        size="sm"
        icon={Square}
        isBusy={cancel.isPending}
        onClick={() => cancel.mutate({ params: { replayId: replay.id } })}
      >
        {t('stopReplay')}
      </Button>
    </div>
  );
}

/** `12 s`, `3 min`. */
function spanText(t: Translate<ServiceKey>, spanMs: number): string {
  if (spanMs < MINUTE_MS) return t('seconds', { count: Math.max(1, Math.ceil(spanMs / 1000)) });
  return t('minutes', { count: Math.ceil(spanMs / MINUTE_MS) });
}
