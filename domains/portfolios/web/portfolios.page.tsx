/** Carteras: every portfolio with its value, its day and its profit. */
import { Archive, ListPlus, Plus } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan, useGo, useSession, useUrlState } from '#web/shell';
import {
  Badge,
  Button,
  ButtonLink,
  type Column,
  Count,
  Delta,
  EmptyState,
  Kpi,
  KpiGrid,
  Money,
  PageHeader,
  Percent,
  Stack,
  Table,
} from '#web/ui';
import { type AssignmentKey, assignmentTexts } from './assignment-texts.ts';
import { useLiveRefresh } from './live-refresh.ts';
import { NewPortfolioDialog } from './new-portfolio-dialog.tsx';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

const OperationStart = lazy(() =>
  import('./operation-start.tsx').then((module) => ({ default: module.OperationStart })),
);

type PortfolioRow = ApiOutput<'GET /api/portfolios'>['items'][number];
type Total = ApiOutput<'GET /api/portfolios'>['totals'][number];

const DumpDialog = lazy(() => import('./document-dialog.tsx').then((module) => ({ default: module.DumpDialog })));

export default function PortfoliosPage() {
  const t = useTexts(portfolioTexts);
  const go = useGo();
  const [asked, setAsked] = useUrlState('nueva', 'no', ['no', 'si']);
  const portfolios = useApi('GET /api/portfolios');
  useLiveRefresh('GET /api/portfolios');
  const columns = useColumns(portfolios.data?.items);
  const canCreate = useCan('portfolios.portfolio.write');
  const canImport = useCan('portfolios.import.run');
  const create = canCreate && (
    <Button icon={Plus} onClick={() => setAsked('si')}>
      {t('newPortfolio')}
    </Button>
  );
  const importLink = canImport && (
    <ButtonLink to="/importar" kind="primary">
      {t('importFile')}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title={t('portfolios')}
        actions={
          <>
            <DumpButton />
            {create}
            <OperationButton portfolios={portfolios.data?.items ?? []} />
            {importLink}
          </>
        }
      />
      <Stack>
        <UnassignedNotice count={portfolios.data?.items.filter(({ adviser }) => adviser === null).length ?? 0} />
        {portfolios.data?.totals.map((total) => (
          <TotalKpis key={total.currency} total={total} />
        ))}
        <Table
          title={t('portfolios')}
          urlName="carteras"
          columns={columns}
          rows={portfolios.data?.items}
          rowId={(portfolio) => portfolio.id}
          onOpen={(portfolio) => go(`/carteras/${portfolio.id}`)}
          error={portfolios.error}
          onRetry={() => void portfolios.refetch()}
          empty={
            <EmptyState
              title={t('emptyPortfolios')}
              detail={t('emptyPortfoliosDetail')}
              action={
                <span className="flex flex-wrap justify-center gap-2">
                  {importLink}
                  {create}
                </span>
              }
            />
          }
        />
      </Stack>
      {canCreate && asked === 'si' && <NewPortfolioDialog onClose={() => setAsked('no')} />}
    </>
  );
}

function useColumns(items: readonly PortfolioRow[] | undefined): Column<PortfolioRow>[] {
  const t = useTexts(portfolioTexts);
  const words = useTexts(assignmentTexts);
  const { role } = useSession();
  // An adviser and a client have one answer in every row; who works alone has none.
  const isOfOne = role === 'adviser' || role === 'client';
  const isShared = !isOfOne && (items?.some(({ adviser }) => adviser !== null) ?? false);
  return useMemo(
    () => portfolioColumns(t).toSpliced(1, 0, ...(isShared ? [adviserColumn(words)] : [])),
    [t, words, isShared],
  );
}

/** A new operation without opening its portfolio first; the address opens it too, for the key that works anywhere. */
function OperationButton({ portfolios }: { readonly portfolios: readonly PortfolioRow[] }) {
  const t = useTexts(portfolioTexts);
  const canWrite = useCan('portfolios.operation.write');
  const [adding, setAdding] = useUrlState('operacion', 'no', ['no', 'si']);
  if (!canWrite || portfolios.length === 0) return null;
  return (
    <>
      <Button icon={ListPlus} onClick={() => setAdding('si')}>
        {t('addOperation')}
      </Button>
      {adding === 'si' && (
        <Suspense>
          <OperationStart portfolios={portfolios} onClose={() => setAdding('no')} />
        </Suspense>
      )}
    </>
  );
}

/** For who may take everything away. */
function DumpButton() {
  const t = useTexts(portfolioTexts);
  const canDump = useCan('portfolios.dump.make');
  const [isAsked, setIsAsked] = useState(false);
  if (!canDump) return null;
  return (
    <>
      <Button icon={Archive} onClick={() => setIsAsked(true)}>
        {t('dump')}
      </Button>
      {isAsked && (
        <Suspense fallback={null}>
          <DumpDialog onClose={() => setIsAsked(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Said to people who see the whole workspace, where others work with their own: nobody else can see these. */
function UnassignedNotice({ count }: { readonly count: number }) {
  const t = useTexts(assignmentTexts);
  const canAssign = useCan('portfolios.portfolio.assign');
  const people = useApi('GET /api/portfolio-people', undefined, { enabled: canAssign && count > 0 });
  const hasOthers = (people.data?.advisers.length ?? 0) > 1;
  if (count === 0 || !hasOthers) return null;
  return <p className="text-sm text-muted">{t('unassignedNotice', { count })}</p>;
}

function adviserColumn(t: Translate<AssignmentKey>): Column<PortfolioRow> {
  return {
    id: 'adviser',
    head: t('responsible'),
    widthPx: 170,
    value: ({ adviser }) => adviser?.name ?? '',
    cell: ({ adviser }) => adviser?.name ?? <span className="text-muted">{t('unassigned')}</span>,
  };
}

function TotalKpis({ total }: { readonly total: Total }) {
  const t = useTexts(portfolioTexts);
  const { currency } = total;
  return (
    <KpiGrid>
      <Kpi
        label={`${t('total')} · ${currency}`}
        value={<Money amount={total.value} currency={currency} reason={t('partial', { count: total.missingCount })} />}
        detail={
          total.value === null ? (
            <>
              {t('partialKnown')} <Money amount={total.valueKnown} currency={currency} />
            </>
          ) : undefined
        }
        {...(total.missingCount > 0 ? { alert: t('priceMissing') } : {})}
      />
      <Kpi
        label={t('today')}
        value={<Money amount={total.dayChange} currency={currency} isChange />}
        detail={
          <>
            <Percent ratio={total.dayChangeRatio} isChange /> {total.isDayChangePartial && t('partialDay')}
          </>
        }
      />
      <Kpi
        label={t('profit')}
        value={<Money amount={total.profit} currency={currency} isChange />}
        detail={t('profitDetail')}
      />
      <Kpi
        label={t('unrealised')}
        value={<Money amount={total.unrealised} currency={currency} isChange />}
        detail={
          <>
            <Percent ratio={total.gainRatio} isChange /> {t('onCost')}
          </>
        }
      />
    </KpiGrid>
  );
}

function portfolioColumns(t: Translate<PortfolioKey>): Column<PortfolioRow>[] {
  return [
    {
      id: 'name',
      head: t('name'),
      card: 'title',
      value: (portfolio) => portfolio.name,
      cell: ({ name, figures }) => (
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="font-medium">{name}</span>
          {figures.missing.length > 0 && <Badge tone="warn">{t('partial', { count: figures.missing.length })}</Badge>}
          {figures.simulatedCount > 0 && <Badge tone="flower">{t('priceSimulated')}</Badge>}
        </span>
      ),
    },
    {
      id: 'value',
      head: t('value'),
      kind: 'decimal',
      widthPx: 160,
      card: 'figure',
      value: ({ figures }) => figures.value,
      cell: ({ figures }) => (
        <Money
          amount={figures.value}
          currency={figures.currency}
          reason={t('partial', { count: figures.missing.length })}
        />
      ),
    },
    {
      id: 'day',
      head: t('day'),
      kind: 'decimal',
      widthPx: 200,
      value: ({ figures }) => figures.dayChange,
      cell: ({ figures }) => (
        <Delta amount={figures.dayChange} ratio={figures.dayChangeRatio} currency={figures.currency} />
      ),
    },
    {
      id: 'profit',
      head: t('profit'),
      kind: 'decimal',
      widthPx: 160,
      value: ({ figures }) => figures.profit,
      cell: ({ figures }) => <Money amount={figures.profit} currency={figures.currency} isChange />,
    },
    {
      id: 'operations',
      head: t('operationsCount'),
      kind: 'number',
      widthPx: 120,
      value: (portfolio) => portfolio.operationCount,
      cell: (portfolio) => <Count count={portfolio.operationCount} />,
    },
  ];
}
