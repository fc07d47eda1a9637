/** Operations of a portfolio or of one holding, newest first, page by page; each can be taken back. */
import { Ellipsis, Undo2 } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { api, type ApiKey, type ApiOutput, type ApiPages, asProblem, useApiPages, useRefresh } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import {
  Badge,
  Button,
  type Column,
  DateText,
  EmptyState,
  IconButton,
  Menu,
  Money,
  Quantity,
  Switch,
  Table,
  toast,
} from '#web/ui';
import { type PortfolioKey, portfolioTexts } from './texts.ts';
import { portfolioWords } from './words.ts';

type Operation = ApiOutput<'GET /api/portfolios/:portfolioId/operations'>['items'][number];

/** Reads that an operation makes old. */
export const OPERATION_READS: readonly ApiKey[] = [
  'GET /api/portfolios',
  'GET /api/portfolios/:portfolioId',
  'GET /api/portfolios/:portfolioId/positions',
  'GET /api/portfolios/:portfolioId/operations',
  'GET /api/portfolios/:portfolioId/value-series',
  'GET /api/portfolios/:portfolioId/explanation',
];

const PAGE_ROWS = 100;

export function OperationsTable({
  portfolioId,
  instrumentId,
}: {
  readonly portfolioId: string;
  readonly instrumentId?: string;
}) {
  const t = useTexts(portfolioTexts);
  const [showsReversed, setShowsReversed] = useState(false);
  const operations = useApiPages('GET /api/portfolios/:portfolioId/operations', {
    params: { portfolioId },
    query: {
      limit: PAGE_ROWS,
      reversed: showsReversed ? 'include' : 'leave_out',
      ...(instrumentId ? { instrumentId } : {}),
    },
  });
  const canWrite = useCan('portfolios.operation.write');
  const reverse = useReversal(portfolioId);
  const columns = useMemo(
    () => [...operationColumns(t), ...(canWrite ? [menuColumn(t, reverse)] : [])],
    [t, canWrite, reverse],
  );
  const isPaged = operations.hasMore || (operations.items?.length ?? 0) > PAGE_ROWS;
  return (
    <Table
      title={t('operations')}
      urlName="operaciones"
      columns={columns}
      rows={operations.items}
      rowId={(operation) => operation.id}
      error={operations.error}
      onRetry={operations.retry}
      actions={<Switch label={t('showReversed')} isOn={showsReversed} onChange={setShowsReversed} />}
      empty={<EmptyState title={t('emptyOperations')} />}
      {...(isPaged ? { footer: <MoreOperations operations={operations} /> } : {})}
    />
  );
}

/** How many are on screen, and the button that adds the next ones below without moving what is being read. */
function MoreOperations({ operations }: { readonly operations: ApiPages<Operation> }) {
  const t = useTexts(portfolioTexts);
  const said = useRef<HTMLParagraphElement>(null);
  const { hasMore, isLoadingMore, loadMore } = operations;
  const count = operations.items?.length ?? 0;
  const press = async (): Promise<void> => {
    // The button goes with the last page: whoever pressed it by keyboard is left beside it, not at the top.
    if (!(await loadMore())) said.current?.focus();
  };
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
      <p ref={said} tabIndex={-1} role="status" className="text-muted">
        {t(hasMore ? 'operationsLoaded' : 'operationsAll', { count })}
      </p>
      {hasMore && (
        <Button isBusy={isLoadingMore} onClick={() => void press()}>
          {t('loadMore')}
        </Button>
      )}
      {operations.error && (
        <p role="alert" className="text-danger">
          {t('loadMoreFailed')}
        </p>
      )}
    </div>
  );
}

/** Takes an operation back at once; ten seconds to think better of it. */
function useReversal(portfolioId: string): (operation: Operation) => void {
  const t = useTexts(portfolioTexts);
  const refresh = useRefresh();
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  return useMemo(() => {
    const reverse = async (operation: Operation): Promise<void> => {
      try {
        await api('POST /api/portfolios/:portfolioId/operations/:operationId/reversal', {
          params: { portfolioId, operationId: operation.id },
        });
        await latest.current(...OPERATION_READS);
        toast.done({ title: t('reversedDone'), detail: t(`type_${operation.type}`) });
      } catch (error) {
        const words = portfolioWords(t)[asProblem(error).code];
        if (words) toast.failed(words);
        else toast.problem(error);
      }
    };
    return (operation) => void reverse(operation);
  }, [portfolioId, t]);
}

function operationColumns(t: Translate<PortfolioKey>): Column<Operation>[] {
  return [
    {
      id: 'date',
      head: t('date'),
      widthPx: 120,
      value: (operation) => operation.date,
      cell: (operation) => <DateText when={operation.date} />,
    },
    {
      id: 'type',
      head: t('type'),
      widthPx: 150,
      value: (operation) => t(`type_${operation.type}`),
      cell: (operation) => (
        <span className="inline-flex items-center gap-2">
          {t(`type_${operation.type}`)}
          {operation.reversedBy !== null && <Badge>{t('reversed')}</Badge>}
        </span>
      ),
    },
    {
      id: 'asset',
      head: t('asset'),
      card: 'title',
      value: ({ instrument, toInstrument, note }) =>
        toInstrument ? `${instrument?.name ?? ''} → ${toInstrument.name}` : (instrument?.name ?? note),
    },
    { id: 'account', head: t('account'), widthPx: 130, value: (operation) => operation.accountName },
    {
      id: 'quantity',
      head: t('units'),
      kind: 'decimal',
      widthPx: 110,
      value: (operation) => operation.quantity,
      cell: (operation) =>
        operation.splitRatio ? operation.splitRatio : operation.quantity && <Quantity quantity={operation.quantity} />,
    },
    {
      id: 'amount',
      head: t('amount'),
      kind: 'decimal',
      widthPx: 130,
      card: 'figure',
      value: (operation) => operation.amount,
      cell: (operation) =>
        operation.type !== 'split' && <Money amount={operation.amount} currency={operation.currency} />,
    },
    {
      id: 'source',
      head: t('source'),
      widthPx: 160,
      value: ({ source }) =>
        source.importId === null ? t('sourceHand') : t('sourceRow', { sheet: source.sheet, row: String(source.row) }),
    },
  ];
}

function menuColumn(t: Translate<PortfolioKey>, onReverse: (operation: Operation) => void): Column<Operation> {
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 84,
    align: 'end',
    isSortable: false,
    cell: (operation) =>
      operation.reversedBy === null && (
        <Menu
          trigger={
            <IconButton
              icon={Ellipsis}
              size="sm"
              label={`${t('actions')}: ${t(`type_${operation.type}`)} ${operation.date}`}
            />
          }
          groups={[[{ id: 'reverse', label: t('reverse'), icon: Undo2, onSelect: () => onReverse(operation) }]]}
        />
      ),
  };
}
