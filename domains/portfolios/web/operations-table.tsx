/** Operations of a portfolio or of one holding, newest first, page by page; each can be taken back. */
import { Ellipsis, Undo2 } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { api, type ApiKey, type ApiOutput, asProblem, useApi, useRefresh } from '#web/api';
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

const FIRST_COUNT = 50;
const SHOWN_MAX = 200; // The API's page; what is older is found by asset or in an export.

export function OperationsTable({
  portfolioId,
  instrumentId,
}: {
  readonly portfolioId: string;
  readonly instrumentId?: string;
}) {
  const t = useTexts(portfolioTexts);
  const [limit, setLimit] = useState(FIRST_COUNT);
  const [showsReversed, setShowsReversed] = useState(false);
  const query = {
    params: { portfolioId },
    query: {
      limit,
      reversed: showsReversed ? ('include' as const) : ('leave_out' as const),
      ...(instrumentId ? { instrumentId } : {}),
    },
  };
  const operations = useApi('GET /api/portfolios/:portfolioId/operations', query, { keepsPrevious: true });
  const canWrite = useCan('portfolios.operation.write');
  const reverse = useReversal(portfolioId);
  const columns = useMemo(
    () => [...operationColumns(t), ...(canWrite ? [menuColumn(t, reverse)] : [])],
    [t, canWrite, reverse],
  );
  const hasMore = operations.data?.nextCursor !== null && operations.data !== undefined && limit < SHOWN_MAX;
  return (
    <Table
      title={t('operations')}
      columns={columns}
      rows={operations.data?.items}
      rowId={(operation) => operation.id}
      error={operations.error}
      onRetry={() => void operations.refetch()}
      actions={<Switch label={t('showReversed')} isOn={showsReversed} onChange={setShowsReversed} />}
      empty={<EmptyState title={t('emptyOperations')} />}
      {...(hasMore ? { footer: <Button onClick={() => setLimit(SHOWN_MAX)}>{t('loadMore')}</Button> } : {})}
    />
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
      value: (operation) => operation.instrument?.name ?? operation.note,
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
