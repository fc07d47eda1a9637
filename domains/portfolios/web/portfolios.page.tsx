/** Carteras: every portfolio with its value, its day and its profit. */
import { Plus } from 'lucide-react';
import { useMemo } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan, useGo, useUrlState } from '#web/shell';
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
import { useLiveRefresh } from './live-refresh.ts';
import { NewPortfolioDialog } from './new-portfolio-dialog.tsx';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

type PortfolioRow = ApiOutput<'GET /api/portfolios'>['items'][number];
type Total = ApiOutput<'GET /api/portfolios'>['totals'][number];

export default function PortfoliosPage() {
  const t = useTexts(portfolioTexts);
  const go = useGo();
  const [asked, setAsked] = useUrlState('nueva', 'no', ['no', 'si']);
  const portfolios = useApi('GET /api/portfolios');
  useLiveRefresh('GET /api/portfolios');
  const columns = useMemo(() => portfolioColumns(t), [t]);
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
            {create}
            {importLink}
          </>
        }
      />
      <Stack>
        {portfolios.data?.totals.map((total) => (
          <TotalKpis key={total.currency} total={total} />
        ))}
        <Table
          title={t('portfolios')}
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
