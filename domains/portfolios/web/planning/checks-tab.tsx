/** The X-ray of a portfolio: every check with its finding in a sentence; broken ones first. */
import { SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useApi } from '#web/api';
import { formatPercent, useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Badge, Button, type Column, EmptyState, Select, Skeleton, Stack, StatusDot, Table } from '#web/ui';
import { foresightTexts } from '../foresight-texts.ts';
import { planningTexts } from '../planning-texts.ts';
import { type Finding, ruleName, sentenceOf, type Words } from './checks-view.ts';

const ChecksEditor = lazy(() => import('./checks-editor.tsx').then((module) => ({ default: module.ChecksEditor })));
const ORDER = { broken: 0, unknown: 1, ok: 2 } as const;

export function ChecksTab() {
  const t = useTexts(foresightTexts);
  const words = useTexts(planningTexts);
  const canWrite = useCan('portfolios.model.write');
  const [isEditing, setEditing] = useState(false);
  const [chosen, choose] = useUrlState<string>('cartera', '');
  const portfolios = useApi('GET /api/portfolios');
  const items = portfolios.data?.items ?? [];
  const portfolioId = chosen || (items[0]?.id ?? '');
  const xray = useApi(
    'GET /api/portfolios/:portfolioId/xray',
    { params: { portfolioId } },
    { enabled: portfolioId !== '', keepsPrevious: true },
  );
  const currency = xray.data?.currency ?? 'EUR';
  const columns = useMemo(() => findingColumns({ t, words, currency }), [t, words, currency]);
  const rows = xray.data?.findings.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]);
  const hasNone = portfolios.data !== undefined && items.length === 0;
  return (
    <Stack>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="w-full max-w-xs">
          <Select
            label={t('portfolio')}
            choices={items.map(({ id, name }) => ({ value: id, label: name }))}
            value={portfolioId === '' ? null : portfolioId}
            onChange={choose}
          />
        </div>
        {canWrite && (
          <Button icon={SlidersHorizontal} onClick={() => setEditing(true)}>
            {t('editChecks')}
          </Button>
        )}
      </div>
      {hasNone ? (
        <EmptyState title={words('noPortfolios')} detail={words('noPortfoliosDetail')} />
      ) : (
        <Table
          title={t('checks')}
          columns={columns}
          rows={rows}
          rowId={({ rule }) => rule.id}
          error={portfolios.error ?? xray.error}
          onRetry={() => void (portfolios.error ? portfolios : xray).refetch()}
          empty={<EmptyState title={xray.data?.total === null ? t('noValue') : t('noChecks')} />}
        />
      )}
      {isEditing && (
        <Suspense fallback={<Skeleton />}>
          <ChecksEditor onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </Stack>
  );
}

function findingColumns(say: Words): Column<Finding>[] {
  const { t } = say;
  return [
    {
      id: 'rule',
      head: t('finding'),
      card: 'title',
      widthPx: 260,
      value: ({ rule }) => ruleName(say, rule),
      cell: ({ rule }) => <span className="font-medium">{ruleName(say, rule)}</span>,
    },
    {
      id: 'state',
      head: t('result'),
      widthPx: 150,
      card: 'figure',
      value: ({ state }) => t(`state_${state}`),
      cell: ({ state, rule }) =>
        state === 'broken' ? (
          <Badge tone={rule.severity === 'urgent' ? 'danger' : rule.severity === 'info' ? 'info' : 'warn'}>
            {t('state_broken')}
          </Badge>
        ) : (
          <StatusDot tone={state === 'ok' ? 'ok' : 'neutral'}>{t(`state_${state}`)}</StatusDot>
        ),
    },
    {
      id: 'sentence',
      head: t('limit'),
      value: (finding) => sentenceOf(say, finding),
      cell: (finding) => (
        <span className="whitespace-normal">
          {sentenceOf(say, finding)}{' '}
          {finding.unknownRatio > 0 && (
            <span className="text-muted">
              ({t('unknownShare', { share: formatPercent(finding.unknownRatio, { digits: 1 }) })})
            </span>
          )}
        </span>
      ),
    },
  ];
}
