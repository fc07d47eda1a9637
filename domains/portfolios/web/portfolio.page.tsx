/** Cartera: its figures, its evolution, what it holds and what happened in it; every figure opens its explanation. */
import { CalendarClock, Plus } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, usePageTitle, usePathParam, useUrlState } from '#web/shell';
import { Async, Button, ButtonLink, PageHeader, Skeleton, Stack, type TabPart, Tabs } from '#web/ui';
import { type Asked, ExplanationDrawer } from './explanation.tsx';
import { FigureKpis, FigureNotices, type Metric, type PortfolioView } from './figures-kpis.tsx';
import { useLiveRefresh } from './live-refresh.ts';
import { OperationsTable } from './operations-table.tsx';
import { useAsOf, yesterday } from './as-of.ts';
import { pageTexts } from './page-texts.ts';
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
const Allocation = lazy(() => import('./allocation.tsx').then((module) => ({ default: module.Allocation })));
const FigureDetails = lazy(() => import('./figure-details.tsx').then((module) => ({ default: module.FigureDetails })));
const PastFigures = lazy(() => import('./past-figures.tsx').then((module) => ({ default: module.PastFigures })));
const ContributionsPart = lazy(() =>
  import('./contributions.tsx').then((module) => ({ default: module.ContributionsPart })),
);

const OperationDrawer = lazy(() =>
  import('./operation-drawer.tsx').then((module) => ({ default: module.OperationDrawer })),
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
  const [asOf] = useAsOf();
  const [opened, setOpened] = useState<Opened>(null);
  const { id: portfolioId } = portfolio;
  const close = (): void => setOpened(null);
  return (
    <>
      <PageHeader
        title={portfolio.name}
        back={{ to: '/carteras', label: t('portfolios') }}
        actions={<PortfolioActions portfolio={portfolio} onAdd={() => setOpened({ what: 'operation' })} />}
      />
      {asOf === '' ? (
        <Today portfolio={portfolio} onOpened={setOpened} />
      ) : (
        <Suspense fallback={<Waiting />}>
          <PastFigures portfolio={portfolio} />
        </Suspense>
      )}
      {opened?.what === 'operation' && (
        <Suspense fallback={null}>
          <OperationDrawer portfolio={portfolio} onClose={close} />
        </Suspense>
      )}
      {opened?.what === 'position' && (
        <PositionDrawer portfolioId={portfolioId} position={opened.position} onClose={close} />
      )}
      {opened?.what === 'explanation' && (
        <ExplanationDrawer portfolioId={portfolioId} asked={opened.asked} onClose={close} />
      )}
    </>
  );
}

interface TodayProps {
  readonly portfolio: PortfolioView;
  readonly onOpened: (opened: Opened) => void;
}

/** The live page: figures, evolution, what it is made of, and the lists. */
function Today({ portfolio, onOpened }: TodayProps) {
  const { id: portfolioId, figures } = portfolio;
  const openPosition = useCallback((position: PositionRow) => onOpened({ what: 'position', position }), [onOpened]);
  const explain = useCallback((metric: Metric) => onOpened({ what: 'explanation', asked: { metric } }), [onOpened]);
  return (
    <Stack>
      <FigureNotices figures={figures} />
      <FigureKpis figures={figures} onExplain={explain} />
      {portfolio.operationCount > 0 && (
        <Suspense fallback={<Waiting />}>
          <PerformanceSection portfolioId={portfolioId} />
          <Allocation portfolio={portfolio} onOpen={openPosition} />
          <FigureDetails portfolio={portfolio} onExplain={explain} />
        </Suspense>
      )}
      <Lists portfolioId={portfolioId} onOpen={openPosition} />
    </Stack>
  );
}

function Lists({
  portfolioId,
  onOpen,
}: {
  readonly portfolioId: string;
  readonly onOpen: (position: PositionRow) => void;
}) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(performanceTexts);
  const [tab, setTab] = useUrlState('ver', 'posiciones', ['posiciones', 'operaciones', 'aportacion', 'impuestos']);
  return (
    <Tabs
      label={t('portfolio')}
      value={tab}
      onChange={setTab}
      parts={[
        {
          value: 'posiciones',
          label: t('positions'),
          content: <PositionsTable portfolioId={portfolioId} onOpen={onOpen} />,
        },
        { value: 'operaciones', label: t('operations'), content: <OperationsTable portfolioId={portfolioId} /> },
        latePart('aportacion', words('contributions'), <ContributionsPart portfolioId={portfolioId} />),
        latePart('impuestos', t('taxes'), <TaxPart portfolioId={portfolioId} />),
      ]}
    />
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
  const words = useTexts(pageTexts);
  const [asOf, setAsOf] = useAsOf();
  return (
    <>
      {portfolio.firstDate !== null && asOf === '' && (
        <Button icon={CalendarClock} onClick={() => setAsOf(yesterday())}>
          {words('asOf')}
        </Button>
      )}
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
