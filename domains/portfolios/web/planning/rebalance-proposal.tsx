/** A proposal: its sums, the trades with their file, and every part before and after with the reason of what stays out. */
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { currencySymbol, formatPercent, type Translate, useTexts } from '#web/i18n';
import {
  Badge,
  Button,
  type Column,
  EmptyState,
  Kpi,
  KpiGrid,
  Money,
  Percent,
  Quantity,
  saveText,
  Stack,
  Table,
} from '#web/ui';
import { planningTexts } from '../planning-texts.ts';
import { type RebalanceKey, rebalanceTexts } from '../rebalance-texts.ts';
import { BandBar } from './band-bar.tsx';
import { sleeveName } from './planning-view.ts';
import type { Proposal, Trade } from './rebalance-view.ts';

interface ProposalProps {
  readonly proposal: Proposal;
  readonly isHousehold: boolean;
}

export function ProposalView({ proposal, isHousehold }: ProposalProps) {
  const t = useTexts(rebalanceTexts);
  const { currency, trades, shortAccounts } = proposal;
  const columns = useMemo(() => tradeColumns(t, { currency, isHousehold }), [t, currency, isHousehold]);
  return (
    <Stack>
      <Sums proposal={proposal} />
      {shortAccounts.map((short) => (
        <p key={`${short.portfolioName} ${short.accountName}`} className="text-sm text-warn">
          {t('shortAccount', { account: short.accountName, portfolio: short.portfolioName })}{' '}
          <Money amount={short.short} currency={currency} />
        </p>
      ))}
      <Table
        title={t('trades')}
        columns={columns}
        rows={trades}
        rowId={({ id }) => id}
        actions={
          trades.length > 0 && (
            <Button
              size="sm"
              kind="primary"
              icon={Download}
              onClick={() => saveText('ordenes.csv', proposal.ordersCsv)}
            >
              {t('export')}
            </Button>
          )
        }
        empty={<EmptyState title={t('noTrades')} detail={t('noTradesDetail')} />}
      />
      <Sleeves proposal={proposal} />
    </Stack>
  );
}

function Sums({ proposal }: { readonly proposal: Proposal }) {
  const t = useTexts(rebalanceTexts);
  const { currency, after, portfolios } = proposal;
  const out = after.sleeves.filter(({ state }) => state !== 'inside').length;
  const one = portfolios.length === 1 ? portfolios[0] : undefined;
  return (
    <KpiGrid>
      <Kpi
        label={t('sold')}
        value={<Money amount={proposal.sold} currency={currency} />}
        detail={
          <>
            {t('bought')} <Money amount={proposal.bought} currency={currency} />
          </>
        }
      />
      <Kpi
        label={t('taxes')}
        value={<Money amount={proposal.taxes} currency={currency} reason={t('gainUnknown')} />}
        detail={
          <>
            {t('gain')} <Money amount={proposal.gain} currency={currency} isChange reason={t('gainUnknown')} /> ·{' '}
            {t('taxesDetail')}
          </>
        }
      />
      <Kpi label={t('costs')} value={<Money amount={proposal.charges} currency={currency} />} />
      {one && (
        <Kpi
          label={t('cashAfter')}
          value={<Money amount={one.cashAfter} currency={currency} />}
          detail={
            <>
              {t('cashBefore')} <Money amount={one.cashBefore} currency={currency} />
            </>
          }
        />
      )}
      <Kpi
        label={t('allocation')}
        value={out === 0 ? '✓' : String(out)}
        detail={out === 0 ? t('inBand') : t('notInBand', { count: out })}
      />
    </KpiGrid>
  );
}

interface SleeveRow {
  readonly key: string;
  readonly name: string;
  readonly targetRatio: number;
  readonly lowerRatio: number;
  readonly upperRatio: number;
  readonly beforeRatio: number | null;
  readonly afterRatio: number | null;
  readonly isOut: boolean;
  readonly why: string;
}

function Sleeves({ proposal }: { readonly proposal: Proposal }) {
  const t = useTexts(rebalanceTexts);
  const words = useTexts(planningTexts);
  const columns = useMemo(() => sleeveColumns(t), [t]);
  const { before, after, reasons } = proposal;
  const keys = [...new Set([...before.sleeves, ...after.sleeves].map(({ key }) => key))];
  const rows = keys.flatMap((key): SleeveRow[] => {
    const [was, is] = [before, after].map(({ sleeves }) => sleeves.find((sleeve) => sleeve.key === key));
    const known = is ?? was;
    if (!known) return [];
    const { targetRatio, lowerRatio, upperRatio } = known;
    const codes = reasons.find((each) => each.key === key)?.codes ?? [];
    return [
      {
        key,
        name: sleeveName(words, known),
        targetRatio,
        lowerRatio,
        upperRatio,
        beforeRatio: was?.weightRatio ?? 0,
        afterRatio: is?.weightRatio ?? 0,
        isOut: is !== undefined && is.state !== 'inside',
        why: codes.map((code) => t(`reason_${code}`)).join('; '),
      },
    ];
  });
  return <Table title={t('allocation')} columns={columns} rows={rows} rowId={({ key }) => key} isPlain />;
}

function sleeveColumns(t: Translate<RebalanceKey>): Column<SleeveRow>[] {
  const ratio = (id: 'targetRatio' | 'beforeRatio' | 'afterRatio', head: string): Column<SleeveRow> => ({
    id,
    head,
    kind: 'number',
    widthPx: 100,
    value: (row) => row[id],
    cell: (row) => <Percent ratio={row[id]} digits={1} />,
  });
  return [
    {
      id: 'name',
      head: t('sleeve'),
      card: 'title',
      widthPx: 180,
      value: ({ name }) => name,
      cell: ({ name, isOut }) => (
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{name}</span>
          {isOut && <Badge tone="warn">{t('outOfBand')}</Badge>}
        </span>
      ),
    },
    ratio('targetRatio', t('target')),
    {
      id: 'band',
      head: t('bandOf'),
      widthPx: 150,
      value: (row) => bandText(row),
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{bandText(row)}</span>,
    },
    ratio('beforeRatio', t('before')),
    { ...ratio('afterRatio', t('after')), card: 'figure' },
    {
      id: 'picture',
      head: t('picture'),
      widthPx: 180,
      card: 'hidden',
      isSortable: false,
      cell: (row) => <BandBar {...row} />,
    },
    { id: 'why', head: t('why'), value: ({ why }) => why },
  ];
}

function bandText({ lowerRatio, upperRatio }: SleeveRow): string {
  return `${formatPercent(lowerRatio, { digits: 1 })} – ${formatPercent(upperRatio, { digits: 1 })}`;
}

function tradeColumns(
  t: Translate<RebalanceKey>,
  { currency, isHousehold }: { readonly currency: string; readonly isHousehold: boolean },
): Column<Trade>[] {
  const unit = currencySymbol(currency);
  const money = (id: 'value' | 'charge' | 'gain', head: string): Column<Trade> => ({
    id,
    head,
    unit,
    kind: 'decimal',
    widthPx: 130,
    value: (trade) => trade[id],
    cell: (trade) =>
      id === 'gain' && trade.side === 'buy' ? (
        ''
      ) : (
        <Money amount={trade[id]} currency={currency} isUnitHidden isChange={id === 'gain'} reason={t('gainUnknown')} />
      ),
  });
  return [
    {
      id: 'instrument',
      head: t('instrument'),
      card: 'title',
      value: ({ instrument }) => `${instrument.name} ${instrument.symbol ?? ''}`.trim(),
      cell: ({ instrument, side }) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium">{instrument.name}</span>
          <span className="text-xs text-muted">
            {t(`side_${side}`)}
            {instrument.symbol && ` · ${instrument.symbol}`}
          </span>
        </span>
      ),
    },
    { id: 'side', head: t('side'), widthPx: 90, card: 'hidden', value: ({ side }) => t(`side_${side}`) },
    ...(isHousehold
      ? [
          {
            id: 'portfolio',
            head: t('portfolio'),
            widthPx: 140,
            value: ({ portfolioName }: Trade) => portfolioName,
          },
        ]
      : []),
    { id: 'account', head: t('account'), widthPx: 140, value: ({ accountName }) => accountName },
    {
      id: 'quantity',
      head: t('quantity'),
      kind: 'decimal',
      widthPx: 140,
      value: ({ quantity }) => quantity,
      cell: ({ quantity }) => <Quantity quantity={quantity} />,
    },
    {
      id: 'price',
      head: t('price'),
      kind: 'decimal',
      widthPx: 120,
      value: ({ price }) => price,
      cell: ({ price, priceCurrency }) => <Money amount={price} currency={priceCurrency} isPrice />,
    },
    { ...money('value', t('amount')), card: 'figure' },
    money('charge', t('charge')),
    money('gain', t('gain')),
  ];
}
