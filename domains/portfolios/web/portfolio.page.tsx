/** Cartera: its figures, its evolution, what it holds and what happened in it; every figure opens its explanation. */
import { Plus } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, usePageTitle, usePathParam, useUrlState } from '#web/shell';
import { Async, Button, ButtonLink, Card, Money, PageHeader, Skeleton, Stack, type TabPart, Tabs } from '#web/ui';
import { type Asked, ExplanationDrawer } from './explanation.tsx';
import { FigureKpis, FigureNotices, type PortfolioView } from './figures-kpis.tsx';
import { useLiveRefresh } from './live-refresh.ts';
import { OperationDrawer } from './operation-drawer.tsx';
import { OperationsTable } from './operations-table.tsx';
import { performanceTexts } from './performance-texts.ts';
import { PortfolioMenu } from './portfolio-menu.tsx';
import { PositionDrawer } from './position-drawer.tsx';
import { PositionsTable } from './positions-table.tsx';
import type { PositionRow } from './price-cell.tsx';
import { portfolioTexts } from './texts.ts';
import { portfolioWords } from './words.ts';

const PerformanceSection = lazy(() =>
  import('./performance-section.tsx').then((module) => ({ default: module.PerformanceSection })),
);
const ContributionsPart = lazy(() =>
  import('./contributions.tsx').then((module) => ({ default: module.ContributionsPart })),
);

export default function PortfolioPage() {
  const t = useTexts(portfolioTexts);
  const portfolioId = usePathParam('portfolioId');
  const portfolio = useApi('GET /api/portfolios/:portfolioId', { params: { portfolioId } });
  useLiveRefresh('GET /api/portfolios/:portfolioId', 'GET /api/portfolios/:portfolioId/positions');
  if (portfolio.data) return <PortfolioBody portfolio={portfolio.data} />;
  return (
    <>
      <PageHeader title={t('portfolio')} back={{ to: '/carteras', label: t('portfolios') }} />
      <Async query={portfolio} rowCount={8} words={portfolioWords(t)}>
        {() => null}
      </Async>
    </>
  );
}

const TaxPart = lazy(() => import('./tax-part.tsx').then((module) => ({ default: module.TaxPart })));

type Opened =
  | { readonly what: 'operation' }
  | { readonly what: 'position'; readonly position: PositionRow }
  | { readonly what: 'explanation'; readonly asked: Asked }
  | null;

function PortfolioBody({ portfolio }: { readonly portfolio: PortfolioView }) {
  const t = useTexts(portfolioTexts);
  usePageTitle(portfolio.name);
  const [tab, setTab] = useUrlState('ver', 'posiciones', ['posiciones', 'operaciones', 'aportacion', 'impuestos']);
  const words = useTexts(performanceTexts);
  const [opened, setOpened] = useState<Opened>(null);
  const { id: portfolioId, figures } = portfolio;
  const close = (): void => setOpened(null);
  return (
    <>
      <PageHeader
        title={portfolio.name}
        back={{ to: '/carteras', label: t('portfolios') }}
        actions={<PortfolioActions portfolio={portfolio} onAdd={() => setOpened({ what: 'operation' })} />}
      />
      <Stack>
        <FigureNotices figures={figures} />
        <FigureKpis figures={figures} onExplain={(metric) => setOpened({ what: 'explanation', asked: { metric } })} />
        {portfolio.operationCount > 0 && (
          <Suspense fallback={<Waiting />}>
            <PerformanceSection portfolioId={portfolioId} />
          </Suspense>
        )}
        {portfolio.cash.length > 0 && <CashCard portfolio={portfolio} />}
        <Tabs
          label={t('portfolio')}
          value={tab}
          onChange={setTab}
          parts={[
            {
              value: 'posiciones',
              label: t('positions'),
              content: (
                <PositionsTable
                  portfolioId={portfolioId}
                  onOpen={(position) => setOpened({ what: 'position', position })}
                />
              ),
            },
            { value: 'operaciones', label: t('operations'), content: <OperationsTable portfolioId={portfolioId} /> },
            latePart('aportacion', words('contributions'), <ContributionsPart portfolioId={portfolioId} />),
            latePart('impuestos', t('taxes'), <TaxPart portfolioId={portfolioId} />),
          ]}
        />
      </Stack>
      {opened?.what === 'operation' && <OperationDrawer portfolio={portfolio} onClose={close} />}
      {opened?.what === 'position' && (
        <PositionDrawer portfolioId={portfolioId} position={opened.position} onClose={close} />
      )}
      {opened?.what === 'explanation' && (
        <ExplanationDrawer portfolioId={portfolioId} asked={opened.asked} onClose={close} />
      )}
    </>
  );
}

/** A tab whose code comes when it is opened. */
function latePart<Value extends string>(value: Value, label: string, part: ReactNode): TabPart<Value> {
  return { value, label, content: <Suspense fallback={<Waiting />}>{part}</Suspense> };
}

function Waiting() {
  return <Skeleton rowCount={8} className="rounded-lg border border-line bg-surface p-4" />;
}

function PortfolioActions({ portfolio, onAdd }: { readonly portfolio: PortfolioView; readonly onAdd: () => void }) {
  const t = useTexts(portfolioTexts);
  const canWrite = useCan('portfolios.operation.write');
  const canImport = useCan('portfolios.import.run');
  return (
    <>
      {canImport && <ButtonLink to="/importar">{t('importFile')}</ButtonLink>}
      {canWrite && (
        <Button kind="primary" icon={Plus} onClick={onAdd}>
          {t('addOperation')}
        </Button>
      )}
      <PortfolioMenu portfolio={portfolio} />
    </>
  );
}

function CashCard({ portfolio }: { readonly portfolio: PortfolioView }) {
  const t = useTexts(portfolioTexts);
  return (
    <Card title={t('cash')}>
      <dl className="grid gap-x-8 gap-y-1.5 text-sm sm:grid-cols-2">
        {portfolio.cash.map((cash) => (
          <div key={`${cash.accountId} ${cash.currency}`} className="flex items-baseline justify-between gap-4">
            <dt className="text-muted">
              {cash.accountName} · {cash.currency}
            </dt>
            <dd>
              <Money amount={cash.amount} currency={cash.currency} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
