/** Estado: every part with its cause and cure, then the figures of the process that answers. */
import { Activity, Clock, Cpu, Database } from 'lucide-react';
import { useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { currentTimeMs, formatCount, formatQuantity, useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import {
  Async,
  type Column,
  DateText,
  EmptyState,
  Kpi,
  KpiGrid,
  PageHeader,
  RelativeTime,
  Stack,
  StatusDot,
  Table,
} from '#web/ui';
import { platformTexts } from './platform-texts.ts';

type Health = ApiOutput<'GET /api/platform/health'>;
type State = Health['state'];

const REFRESH_MS = 5_000;
const BYTES_PER_MB = 1_000_000;
const TONES = { ok: 'ok', degraded: 'warn', down: 'danger' } as const;

export default function HealthPage() {
  const t = useTexts(platformTexts);
  const health = useApi('GET /api/platform/health', {}, { refetchIntervalMs: REFRESH_MS });
  return (
    <>
      <PageHeader title={t('health')} description={t('healthLine')} back={{ to: '/ajustes', label: t('back') }} />
      <Async query={health}>{(data) => <HealthBody health={data} />}</Async>
    </>
  );
}

function HealthBody({ health }: { readonly health: Health }) {
  return (
    <Stack>
      <Figures health={health} />
      <PartsTable parts={health.parts} />
      <RoutesTable routes={health.routes} />
      <SlowQueriesTable queries={health.slowQueries} />
    </Stack>
  );
}

function Figures({ health }: { readonly health: Health }) {
  const t = useTexts(platformTexts);
  return (
    <KpiGrid>
      <Kpi
        label={t('overall')}
        icon={Activity}
        value={<StateText state={health.state} />}
        detail={
          <>
            {t('uptime')} <DateText when={currentTimeMs() - health.uptimeSeconds * 1_000} format="date-time" />
          </>
        }
      />
      <Kpi
        label={t('memory')}
        icon={Cpu}
        value={megabytes(health.residentBytes)}
        detail={t('heap', { size: megabytes(health.heapUsedBytes) })}
      />
      <Kpi
        label={t('lag')}
        icon={Clock}
        value={milliseconds(health.eventLoopLagP99Ms)}
        detail={t('lagDetail', { p50: milliseconds(health.eventLoopLagP50Ms) })}
      />
      <Kpi
        label={t('queries')}
        icon={Database}
        value={milliseconds(health.queries.p95Ms)}
        detail={t('queriesDetail', { count: health.queries.count })}
      />
    </KpiGrid>
  );
}

function StateText({ state }: { readonly state: State }) {
  const t = useTexts(platformTexts);
  return <StatusDot tone={TONES[state]}>{t(`state_${state}`)}</StatusDot>;
}

function PartsTable({ parts }: { readonly parts: Health['parts'] }) {
  const t = useTexts(platformTexts);
  const { language } = usePreferences();
  const columns = useMemo(
    (): Column<Health['parts'][number]>[] => [
      { id: 'name', head: t('part'), widthPx: 220, card: 'title', value: (part) => part.name },
      {
        id: 'state',
        head: t('state'),
        widthPx: 160,
        card: 'figure',
        value: (part) => part.state,
        cell: (part) => <StateText state={part.state} />,
      },
      { id: 'detail', head: t('detail'), value: (part) => (language === 'es' ? part.detailEs : part.detail) },
    ],
    [t, language],
  );
  return (
    <Table title={t('parts')} urlName="partes" columns={columns} rows={parts} rowId={(part) => part.name} isPlain />
  );
}

function RoutesTable({ routes }: { readonly routes: Health['routes'] }) {
  const t = useTexts(platformTexts);
  const columns = useMemo(
    (): Column<Health['routes'][number]>[] => [
      { id: 'name', head: t('route'), card: 'title', value: (route) => route.name },
      {
        id: 'count',
        head: t('count'),
        kind: 'number',
        widthPx: 110,
        value: (route) => route.count,
        cell: (route) => formatCount(route.count),
      },
      {
        id: 'p50',
        head: t('p50'),
        unit: 'ms',
        kind: 'number',
        widthPx: 110,
        value: (route) => route.p50Ms,
        cell: (route) => figure(route.p50Ms),
      },
      {
        id: 'p95',
        head: t('p95'),
        unit: 'ms',
        kind: 'number',
        widthPx: 110,
        card: 'figure',
        value: (route) => route.p95Ms,
        cell: (route) => figure(route.p95Ms),
      },
      {
        id: 'max',
        head: t('max'),
        unit: 'ms',
        kind: 'number',
        widthPx: 110,
        value: (route) => route.maxMs,
        cell: (route) => figure(route.maxMs),
      },
    ],
    [t],
  );
  return (
    <Table
      title={t('routes')}
      urlName="rutas"
      columns={columns}
      rows={routes}
      rowId={(route) => route.name}
      initialSort={{ columnId: 'p95', isDescending: true }}
    />
  );
}

function SlowQueriesTable({ queries }: { readonly queries: Health['slowQueries'] }) {
  const t = useTexts(platformTexts);
  const columns = useMemo(
    (): Column<Health['slowQueries'][number]>[] => [
      {
        id: 'statement',
        head: t('statement'),
        card: 'title',
        value: (query) => query.statement,
        cell: (query) => <code className="font-mono text-xs">{query.statement}</code>,
      },
      {
        id: 'duration',
        head: t('duration'),
        unit: 'ms',
        kind: 'number',
        widthPx: 120,
        card: 'figure',
        value: (query) => query.durationMs,
        cell: (query) => figure(query.durationMs),
      },
      {
        id: 'at',
        head: t('at'),
        kind: 'instant',
        widthPx: 140,
        value: (query) => query.atMs,
        cell: (query) => <RelativeTime atMs={query.atMs} />,
      },
    ],
    [t],
  );
  return (
    <Table
      title={t('slowQueries')}
      urlName="consultas"
      columns={columns}
      rows={queries}
      rowId={(query) => `${query.atMs} ${query.statement}`}
      isPlain
      empty={<EmptyState icon={Database} title={t('noSlowQueries')} />}
    />
  );
}

function figure(value: number): string {
  return formatQuantity(String(value), { digits: value < 10 ? 1 : 0 });
}

function milliseconds(value: number): string {
  return formatQuantity(String(value), { digits: value < 10 ? 1 : 0, unit: 'ms' });
}

function megabytes(bytes: number): string {
  return formatQuantity(String(bytes / BYTES_PER_MB), { digits: 0, unit: 'MB' });
}
