/** What a portfolio is made of, by asset, class or currency, as a treemap coloured by gain and as the table it stands for. */
import { Grid2x2, Table2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import {
  Card,
  type Column,
  EmptyState,
  ErrorState,
  IconButton,
  Money,
  Percent,
  SegmentedControl,
  Skeleton,
  Table,
} from '#web/ui';
import type { PortfolioView } from './figures-kpis.tsx';
import { type PageKey, pageTexts } from './page-texts.ts';
import type { PositionRow } from './price-cell.tsx';
import { colourOf, GAIN_FULL, type Part, Treemap } from './treemap.tsx';

const GROUPINGS = ['asset', 'class', 'currency'] as const;
type Grouping = (typeof GROUPINGS)[number];
type Positions = ApiOutput<'GET /api/portfolios/:portfolioId/positions'>;

interface AllocationProps {
  readonly portfolio: PortfolioView;
  readonly onOpen: (position: PositionRow) => void;
}

export function Allocation({ portfolio, onOpen }: AllocationProps) {
  const t = useTexts(pageTexts);
  const positions = useApi('GET /api/portfolios/:portfolioId/positions', { params: { portfolioId: portfolio.id } });
  const [grouping, setGrouping] = useUrlState<Grouping>('mapa', 'asset', GROUPINGS);
  const [isTable, setTable] = useState(false);
  const parts = useMemo(
    () => (positions.data ? partsOf(t, { positions: positions.data, portfolio, grouping, onOpen }) : []),
    [t, positions.data, portfolio, grouping, onOpen],
  );
  if (positions.error && !positions.data)
    return <ErrorState error={positions.error} onRetry={() => void positions.refetch()} />;
  if (!positions.data) return <Skeleton rowCount={8} className="rounded-lg border border-line bg-surface p-4" />;
  if (positions.data.items.length === 0) return null;
  const drawn = parts.filter(({ weight }) => weight > 0);
  const left = parts.filter(({ weight }) => weight <= 0);
  return (
    <Card
      title={t('allocation')}
      actions={
        <>
          <SegmentedControl
            label={t('by')}
            segments={GROUPINGS.map((value) => ({ value, label: t(`by_${value}`) }))}
            value={grouping}
            onChange={setGrouping}
          />
          <IconButton
            icon={isTable ? Grid2x2 : Table2}
            label={`${t(isTable ? 'seeChart' : 'seeTable')}: ${t('allocation')}`}
            onClick={() => setTable(!isTable)}
          />
        </>
      }
    >
      {isTable ? (
        <AllocationTable parts={parts} currency={positions.data.currency} />
      ) : drawn.length === 0 ? (
        <EmptyState title={t('emptyAllocation')} />
      ) : (
        <>
          <Treemap parts={drawn} label={t('allocation')} />
          <Legend />
        </>
      )}
      {!isTable && left.length > 0 && (
        <p className="mt-1 text-xs text-muted">{t('noTile', { names: left.map(({ name }) => name).join(', ') })}</p>
      )}
    </Card>
  );
}

function Legend() {
  const t = useTexts(pageTexts);
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      <span>{t('legend')}</span>
      <span className="inline-flex items-center gap-1.5">
        {t('scaleFrom')}
        <span aria-hidden className="inline-flex overflow-hidden rounded-sm border border-line">
          {[-1, -0.5, 0, 0.5, 1].map((share) => (
            <span key={share} className="block h-3 w-5" style={{ background: colourOf(share * GAIN_FULL) }} />
          ))}
        </span>
        {t('scaleTo')}
      </span>
    </div>
  );
}

interface ValuedPart extends Part {
  /** Exact text where it is one position's; the sum of floats where it is a group's. */
  readonly value: string | null;
}

function AllocationTable({ parts, currency }: { readonly parts: readonly ValuedPart[]; readonly currency: string }) {
  const t = useTexts(pageTexts);
  const columns = useMemo(
    (): Column<ValuedPart>[] => [
      { id: 'name', head: t('group'), card: 'title', value: (part) => part.name },
      {
        id: 'value',
        head: t('value'),
        kind: 'decimal',
        card: 'figure',
        value: (part) => part.value,
        cell: (part) => <Money amount={part.value} currency={currency} />,
      },
      {
        id: 'weight',
        head: t('weight'),
        kind: 'number',
        value: (part) => part.weightRatio,
        cell: (part) => <Percent ratio={part.weightRatio} digits={1} />,
      },
      {
        id: 'gain',
        head: t('gainRatio'),
        kind: 'number',
        value: (part) => part.gainRatio,
        cell: (part) => <Percent ratio={part.gainRatio} digits={1} isChange />,
      },
    ],
    [t, currency],
  );
  return (
    <Table
      title={t('allocation')}
      columns={columns}
      rows={parts}
      rowId={(part) => part.id}
      initialSort={{ columnId: 'value', isDescending: true }}
      isBare
      isPlain
    />
  );
}

interface PartsInput extends AllocationProps {
  readonly positions: Positions;
  readonly grouping: Grouping;
}

function partsOf(t: Translate<PageKey>, { positions, portfolio, grouping, onOpen }: PartsInput): ValuedPart[] {
  const held = positions.items.map((position): Measured => ({ position, ...measured(position) }));
  const cash = portfolio.cash.filter(({ amount }) => Number(amount) !== 0);
  const total = Number(portfolio.figures.valueKnown);
  if (grouping === 'asset') {
    return [
      ...held.map(({ position, value, gainRatio }): ValuedPart => ({
        id: position.instrumentId,
        name: position.name,
        code: position.symbol ?? position.name,
        value: position.value,
        weight: value ?? 0,
        weightRatio: position.weightRatio,
        gainRatio,
        onOpen: () => onOpen(position),
      })),
      ...cash.map(({ accountId, currency, value }): ValuedPart => {
        const weight = Number(value ?? 0);
        const name = t('cashOf', { currency });
        const weightRatio = shareOf(weight, total);
        return { id: `${accountId} ${currency}`, name, code: currency, value, weight, weightRatio, gainRatio: null };
      }),
    ];
  }
  const groups = Map.groupBy(held, ({ position }) => groupOf(position, grouping));
  for (const { currency } of cash) {
    const name = grouping === 'class' ? 'cash' : currency;
    if (!groups.has(name)) groups.set(name, []);
  }
  return [...groups].map(([name, members]) => {
    const ownCash = cash.filter(({ currency }) => (grouping === 'class' ? 'cash' : currency) === name);
    return groupPart({ name: nameOf(t, name, grouping), id: name, members, cash: ownCash, total });
  });
}

interface Measured {
  readonly position: PositionRow;
  readonly value: number | null;
  readonly gainRatio: number | null;
}

function measured({ value, gainRatio }: PositionRow): Omit<Measured, 'position'> {
  return { value: value === null ? null : Number(value), gainRatio };
}

function shareOf(value: number, total: number): number | null {
  return total > 0 ? value / total : null;
}

function groupOf(position: PositionRow, grouping: Grouping): string {
  if (grouping === 'class') return position.kind;
  return position.price.state === 'priced' ? position.price.currency : '—';
}

function nameOf(t: Translate<PageKey>, group: string, grouping: Grouping): string {
  if (grouping === 'currency') return group;
  const key = `class_${group}`;
  return t(key in pageTexts.es ? (key as PageKey) : 'class_other');
}

/** A group's gain is on the cost of its holdings alone, cash has none; unknown as soon as one of them is. */
function groupPart(input: {
  readonly id: string;
  readonly name: string;
  readonly members: readonly Measured[];
  readonly cash: PortfolioView['cash'];
  readonly total: number;
}): ValuedPart {
  const { id, name, members, cash, total } = input;
  const values = [
    ...members.map(({ value }) => value),
    ...cash.map(({ value }) => (value === null ? null : Number(value))),
  ];
  const isKnown = values.every((value) => value !== null);
  const weight = values.reduce((sum: number, value) => sum + (value ?? 0), 0);
  const sum = (pick: (position: PositionRow) => string | null): number | null =>
    members.reduce((before: number | null, { position }) => {
      const figure = pick(position);
      return before === null || figure === null ? null : before + Number(figure);
    }, 0);
  const [gain, cost] = [sum((position) => position.unrealised), sum((position) => position.cost)];
  const gainRatio = gain !== null && cost !== null && cost > 0 ? gain / cost : null;
  const value = isKnown ? weight.toFixed(2) : null;
  return { id, name, code: name, value, weight, weightRatio: shareOf(weight, total), gainRatio };
}
