/** Copias: how old the last backup is, whether a restore proved it, all of them, and making or proving one now. */
import { Archive, CalendarClock, CloudUpload, ShieldCheck } from 'lucide-react';
import { useMemo } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { currentTimeMs, formatPercent, formatQuantity, useTexts } from '#web/i18n';
import {
  Badge,
  Button,
  type Column,
  Count,
  DateText,
  EmptyState,
  Kpi,
  KpiGrid,
  PageHeader,
  Progress,
  RelativeTime,
  Stack,
  StatusDot,
  Table,
  toast,
} from '#web/ui';
import { safetyTexts } from './safety-texts.ts';
import { useCan } from './session.ts';

type Overview = ApiOutput<'GET /api/backups'>;
type Backup = Overview['items'][number];

const REFRESH_MS = 2_000;
const BYTES_PER_KB = 1_000;
const BYTES_PER_MB = 1_000_000;
const REFRESHES = ['GET /api/backups'] as const;

export default function BackupsPage() {
  const t = useTexts(safetyTexts);
  const canRun = useCan('platform.backups.run');
  const backups = useApi('GET /api/backups', {}, { refetchIntervalMs: REFRESH_MS, keepsPrevious: true });
  const last = backups.data?.items.find(({ state }) => state === 'ready');
  return (
    <>
      <PageHeader
        title={t('backups')}
        description={t('backupsLine')}
        back={{ to: '/ajustes', label: t('back') }}
        actions={canRun && <PageActions last={last} />}
      />
      <Stack>
        <Figures overview={backups} last={last} />
        <BackupsTable backups={backups.data?.items} error={backups.error} onRetry={() => void backups.refetch()} />
        {backups.data && <p className="text-sm text-muted">{t('keyLine', { key: backups.data.keyId })}</p>}
      </Stack>
    </>
  );
}

function PageActions({ last }: { readonly last: Backup | undefined }) {
  const t = useTexts(safetyTexts);
  const create = useApiMutation('POST /api/backups', {
    refreshes: REFRESHES,
    onDone: () => toast.done({ title: t('started') }),
    onProblem: toast.problem,
  });
  return (
    <>
      {last?.backupId && <VerifyButton backupId={last.backupId} label={t('verifyLast')} />}
      <Button kind="primary" isBusy={create.isPending} onClick={() => create.mutate({})}>
        {t('createBackup')}
      </Button>
    </>
  );
}

function VerifyButton({
  backupId,
  label,
  size = 'md',
}: {
  readonly backupId: string;
  readonly label: string;
  readonly size?: 'sm' | 'md';
}) {
  const t = useTexts(safetyTexts);
  const verify = useApiMutation('POST /api/backups/:backupId/verifications', {
    refreshes: REFRESHES,
    onDone: () => toast.done({ title: t('verifyStarted') }),
    onProblem: toast.problem,
  });
  return (
    <Button size={size} isBusy={verify.isPending} onClick={() => verify.mutate({ params: { backupId } })}>
      {label}
    </Button>
  );
}

function Figures({
  overview,
  last,
}: {
  readonly overview: { readonly data: Overview | undefined; readonly error: unknown };
  readonly last: Backup | undefined;
}) {
  const t = useTexts(safetyTexts);
  const place = overview.data?.offsitePlace ?? null;
  return (
    <KpiGrid>
      <Kpi
        from={overview}
        label={t('lastBackup')}
        icon={Archive}
        value={last ? <RelativeTime atMs={last.createdAtMs} /> : t('none')}
        detail={last ? sizeText(last.sizeBytes) : t('noneYet')}
      />
      <Kpi
        from={overview}
        label={t('checked')}
        icon={ShieldCheck}
        value={last ? <Verification backup={last} /> : t('none')}
        detail={last?.verifiedAtMs ? <RelativeTime atMs={last.verifiedAtMs} /> : undefined}
      />
      <Kpi
        from={overview}
        label={t('nextRun')}
        icon={CalendarClock}
        value={overview.data?.nextRunAtMs ? <DateText when={overview.data.nextRunAtMs} format="date-time" /> : ''}
        detail={t('nightly')}
      />
      <Kpi
        from={overview}
        label={t('offsite')}
        icon={CloudUpload}
        value={
          place === null ? t('offsiteNone') : last?.offsiteState === 'copied' ? t('offsiteCopied') : t('offsiteWaiting')
        }
        detail={place ?? t('offsiteNoneDetail')}
        {...(last?.offsiteState === 'failed' ? { alert: t('offsiteFailed') } : {})}
      />
    </KpiGrid>
  );
}

function Verification({ backup }: { readonly backup: Backup }) {
  const t = useTexts(safetyTexts);
  if (backup.verifyState === 'running') return <Progress label={t('verifying')} doneRatio={backup.verifyRatio} />;
  if (backup.verifyState === 'verified') return <StatusDot tone="ok">{t('verified')}</StatusDot>;
  if (backup.verifyState === 'failed') return <StatusDot tone="danger">{t('verifyFailed')}</StatusDot>;
  return <StatusDot tone="neutral">{t('notVerified')}</StatusDot>;
}

function BackupsTable({
  backups,
  error,
  onRetry,
}: {
  readonly backups: readonly Backup[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
}) {
  const t = useTexts(safetyTexts);
  const columns = useBackupColumns();
  return (
    <Table
      title={t('list')}
      urlName="copias"
      columns={columns}
      rows={backups}
      rowId={(backup) => backup.backupId ?? backup.fileName ?? ''}
      error={error}
      onRetry={onRetry}
      empty={<EmptyState icon={Archive} title={t('noneYet')} detail={t('noneYetDetail')} />}
    />
  );
}

function useBackupColumns(): readonly Column<Backup>[] {
  const t = useTexts(safetyTexts);
  const canRun = useCan('platform.backups.run');
  return useMemo(() => {
    const columns: Column<Backup>[] = [
      {
        id: 'when',
        head: t('when'),
        widthPx: 190,
        card: 'title',
        value: (backup) => backup.createdAtMs,
        cell: (backup) => <DateText when={backup.createdAtMs} format="date-time" />,
      },
      {
        id: 'state',
        head: t('state'),
        value: (backup) => t(backup.state),
        cell: (backup) => <State backup={backup} />,
      },
      {
        id: 'checked',
        head: t('checked'),
        widthPx: 180,
        card: 'figure',
        value: (backup) => backup.verifyState,
        cell: (backup) => (backup.state === 'ready' ? <Verification backup={backup} /> : ''),
      },
      {
        id: 'size',
        head: t('size'),
        kind: 'number',
        widthPx: 110,
        value: (backup) => backup.sizeBytes,
        cell: (backup) => sizeText(backup.sizeBytes),
      },
      {
        id: 'rows',
        head: t('rows'),
        kind: 'number',
        widthPx: 100,
        value: (backup) => backup.rowCount,
        cell: (backup) => <Count count={backup.rowCount} />,
      },
    ];
    if (canRun) {
      const cell = (backup: Backup) => <RowAction backup={backup} />;
      columns.push({ id: 'actions', head: t('actions'), widthPx: 130, align: 'end', cell });
    }
    return columns;
  }, [t, canRun]);
}

function State({ backup }: { readonly backup: Backup }) {
  const t = useTexts(safetyTexts);
  const problem = backup.error ?? backup.verifyError ?? undefined;
  if (backup.state === 'running') return <Progress label={leftText(backup, t)} doneRatio={backup.doneRatio} />;
  if (backup.state === 'failed') {
    return (
      <span className="flex min-w-0 items-center gap-2" title={problem}>
        <Badge tone="danger">{t('failed')}</Badge>
        <span className="truncate text-muted">{problem}</span>
      </span>
    );
  }
  const damagedCount = backup.damagedFileCount ?? 0;
  if (damagedCount > 0) return <Badge tone="warn">{t('damagedFiles', { count: damagedCount })}</Badge>;
  return <span className="text-muted">{backup.verifyState === 'failed' ? problem : t(backup.state)}</span>;
}

function RowAction({ backup }: { readonly backup: Backup }) {
  const t = useTexts(safetyTexts);
  const cancel = useApiMutation('POST /api/backups/:backupId/cancellation', {
    refreshes: REFRESHES,
    onDone: () => toast.done({ title: t('cancelAsked') }),
    onProblem: toast.problem,
  });
  const { backupId } = backup;
  if (backupId === null) return null;
  if (backup.state === 'running') {
    return (
      <Button size="sm" isBusy={cancel.isPending} onClick={() => cancel.mutate({ params: { backupId } })}>
        {t('cancel')}
      </Button>
    );
  }
  return backup.state === 'ready' ? <VerifyButton size="sm" backupId={backupId} label={t('verify')} /> : null;
}

function leftText(
  { createdAtMs, doneRatio }: Backup,
  t: ReturnType<typeof useTexts<keyof typeof safetyTexts.es>>,
): string {
  if (doneRatio <= 0) return t('running');
  const seconds = Math.round(((currentTimeMs() - createdAtMs) / 1_000) * (1 / doneRatio - 1));
  return t('left', { percent: formatPercent(doneRatio, { digits: 0 }), seconds });
}

function sizeText(sizeBytes: number | null): string {
  if (sizeBytes === null) return '';
  const [size, unit] = sizeBytes < BYTES_PER_MB ? [sizeBytes / BYTES_PER_KB, 'kB'] : [sizeBytes / BYTES_PER_MB, 'MB'];
  return formatQuantity(size.toFixed(size < 10 ? 1 : 0), { unit });
}
