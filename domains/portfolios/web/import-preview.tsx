/** One import in any state: reading, refused, to confirm, recording, recorded, undone. */
import { Check, CircleCheck, FileX2, Undo2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useApiMutation } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { usePageAction } from '#web/shell';
import {
  Button,
  ButtonLink,
  Card,
  Count,
  EmptyState,
  FormProblem,
  Kbd,
  Kpi,
  KpiGrid,
  Progress,
  Stack,
  toast,
} from '#web/ui';
import { ImportRows } from './import-rows.tsx';
import { ImportSheets } from './import-sheets.tsx';
import { type ImportKey, importTexts } from './import-texts.ts';
import { type ImportDetail, importWords } from './import-words.ts';

const REFRESHED = ['GET /api/imports', 'GET /api/imports/:importId', 'GET /api/imports/:importId/rows'] as const;

export interface PreviewProps {
  readonly detail: ImportDetail;
  readonly language: 'es' | 'en';
  readonly onAnother: () => void;
}

export function ImportPreview(props: PreviewProps) {
  const { detail, language, onAnother } = props;
  const t = useTexts(importTexts);
  useUndoToast(detail);
  if (detail.status === 'reading') return <Reading detail={detail} />;
  if (detail.status === 'refused') {
    return (
      <Card>
        <EmptyState
          icon={FileX2}
          title={t('refusedTitle', { name: detail.fileName })}
          detail={`${detail.refusal?.message[language] ?? ''} ${t('safe')}`}
          action={<Button onClick={onAnother}>{t('another')}</Button>}
        />
      </Card>
    );
  }
  return (
    <Stack>
      <Outcome {...props} />
      <Figures detail={detail} />
      {detail.status === 'previewed' && <ImportSheets detail={detail} language={language} />}
      <ImportRows detail={detail} language={language} />
    </Stack>
  );
}

function Reading({ detail }: { readonly detail: ImportDetail }) {
  const t = useTexts(importTexts);
  const { rowsDone, rowCount } = detail.progress;
  const cancel = useApiMutation('POST /api/imports/:importId/cancel', { refreshes: REFRESHED });
  return (
    <Card>
      <Progress
        label={t('reading', { name: detail.fileName })}
        doneRatio={rowCount === 0 ? null : Math.min(1, rowsDone / rowCount)}
        detail={rowCount === 0 ? undefined : t('readingDetail', { done: rowsDone, total: rowCount })}
      />
      <div className="mt-4">
        <Button onClick={() => cancel.mutate({ params: { importId: detail.id } })} isBusy={cancel.isPending}>
          {t('cancel')}
        </Button>
      </div>
    </Card>
  );
}

/** What can be done now: confirm or discard, wait, open the portfolio or undo. */
function Outcome({ detail, language, onAnother }: PreviewProps) {
  const t = useTexts(importTexts);
  if (detail.status === 'previewed') return <ConfirmBar detail={detail} language={language} />;
  if (detail.status === 'confirming') {
    return (
      <Card>
        <Progress label={t('confirming')} doneRatio={null} />
      </Card>
    );
  }
  if (detail.status === 'confirmed') return <Confirmed detail={detail} onAnother={onAnother} />;
  const isUndone = detail.status === 'undone';
  return (
    <Card>
      <EmptyState
        icon={isUndone ? Undo2 : FileX2}
        title={t(isUndone ? 'undone' : 'status_cancelled')}
        detail={t(isUndone ? 'undoneDetail' : 'safe')}
        action={<Button onClick={onAnother}>{t('another')}</Button>}
      />
    </Card>
  );
}

function ConfirmBar({ detail, language }: Omit<PreviewProps, 'onAnother'>) {
  const t = useTexts(importTexts);
  const params = { importId: detail.id };
  const confirm = useApiMutation('POST /api/imports/:importId/confirm', { refreshes: REFRESHED });
  const cancel = useApiMutation('POST /api/imports/:importId/cancel', { refreshes: REFRESHED });
  const count = (detail.counts.new ?? 0) + (detail.counts.repriced ?? 0);
  const canConfirm = count > 0 && !confirm.isPending;
  const press = (): void => {
    if (canConfirm) confirm.mutate({ params });
  };
  const action = { id: 'portfolios.import.confirm', label: t('confirm', { count }), icon: Check, keys: 'Ctrl+Enter' };
  usePageAction(canConfirm ? { ...action, run: press } : null);
  const isAllKnown = count === 0 && (detail.counts.known ?? 0) > 0 && (detail.counts.error ?? 0) === 0;
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <p className="min-w-0 flex-1 basis-64 truncate font-medium">{detail.fileName}</p>
        {count === 0 && <p className="text-sm text-muted">{t(isAllKnown ? 'allKnown' : 'nothingNew')}</p>}
        <Button onClick={() => cancel.mutate({ params })} isBusy={cancel.isPending}>
          {t('discard')}
        </Button>
        <Button kind="primary" disabled={!canConfirm} isBusy={confirm.isPending} onClick={press}>
          {t('confirm', { count })} <Kbd keys={t('confirmKey')} />
        </Button>
      </div>
      {detail.refusal && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {detail.refusal.message[language]}
        </p>
      )}
      <FormProblem error={confirm.error ?? cancel.error} words={importWords(t)} />
    </Card>
  );
}

function Confirmed({ detail, onAnother }: Pick<PreviewProps, 'detail' | 'onAnother'>) {
  const t = useTexts(importTexts);
  const undo = useUndo();
  const { isPricesOnly, title } = outcomeOf(t, detail);
  return (
    <Card>
      <EmptyState
        icon={CircleCheck}
        title={title}
        detail={t(isPricesOnly ? 'repricedDetail' : 'confirmedDetail')}
        action={
          <>
            <ButtonLink to={`/carteras/${detail.portfolioId}`} kind="primary">
              {t('openPortfolio')}
            </ButtonLink>
            <Button onClick={onAnother}>{t('another')}</Button>
            {!isPricesOnly && (
              <Button
                icon={Undo2}
                isBusy={undo.isPending}
                onClick={() => undo.mutate({ params: { importId: detail.id } })}
              >
                {t('undo')}
              </Button>
            )}
          </>
        }
      />
      <FormProblem error={undo.error} words={importWords(t)} />
    </Card>
  );
}

/** An import that only refreshed prices has no operation to take back. */
function outcomeOf(t: Translate<ImportKey>, { recordedCount, counts }: ImportDetail) {
  const repricedCount = counts.repriced ?? 0;
  const isPricesOnly = recordedCount === 0 && repricedCount > 0;
  const title = isPricesOnly
    ? t('repricedTitle', { count: repricedCount })
    : t('confirmedTitle', { count: recordedCount });
  return { isPricesOnly, title };
}

function useUndo() {
  const t = useTexts(importTexts);
  return useApiMutation('POST /api/imports/:importId/undo', {
    refreshes: [...REFRESHED, 'GET /api/portfolios'],
    onDone: () => toast.done({ title: t('undone'), detail: t('undoneDetail') }),
  });
}

/** The moment an import becomes confirmed on this screen, it can be undone from the corner as well. */
function useUndoToast(detail: ImportDetail): void {
  const t = useTexts(importTexts);
  const undo = useUndo();
  const before = useRef(detail.status);
  const { status, id } = detail;
  const { isPricesOnly, title } = outcomeOf(t, detail);
  useEffect(() => {
    const wasOpen = before.current === 'confirming' || before.current === 'previewed';
    before.current = status;
    if (!wasOpen || status !== 'confirmed') return;
    if (isPricesOnly) return toast.done({ title });
    const onUndo = async (): Promise<void> => void (await undo.mutateAsync({ params: { importId: id } }));
    toast.undoable({ title, onUndo });
  }, [status, isPricesOnly, title, id, undo]);
}

function Figures({ detail }: { readonly detail: ImportDetail }) {
  const t = useTexts(importTexts);
  const { counts } = detail;
  const isRecorded = detail.status === 'confirmed' || detail.status === 'undone';
  const fresh = isRecorded ? counts.recorded : counts.new;
  const repricedCount = counts.repriced ?? 0;
  return (
    <KpiGrid>
      <Kpi
        label={t(isRecorded ? 'recorded' : 'newRows')}
        value={<Count count={fresh ?? 0} />}
        detail={t(isRecorded ? 'recordedDetail' : 'newDetail')}
      />
      <Kpi
        label={t('known')}
        value={<Count count={(counts.known ?? 0) + repricedCount} />}
        detail={repricedCount > 0 ? t('knownRepriced', { count: repricedCount }) : t('knownDetail')}
      />
      <Kpi
        label={t('errors')}
        value={<Count count={(counts.error ?? 0) + (counts.changed ?? 0)} />}
        detail={t('errorsDetail')}
      />
      <Kpi label={t('skipped')} value={<Count count={counts.skipped ?? 0} />} detail={t('skippedDetail')} />
    </KpiGrid>
  );
}
