/** The rows of a tax year: transmissions by lot, losses that wait, income and what is set off. */
import { type ReactNode, useMemo } from 'react';
import { currencySymbol, formatDate, type Translate, useTexts } from '#web/i18n';
import { Card, type Column, DateText, EmptyState, Money, Quantity, Table } from '#web/ui';
import { type TaxKey, taxTexts } from './tax-texts.ts';
import type { TaxReport } from './tax-view.ts';

type Part = TaxReport['transmissions'][number];
type Waiting = TaxReport['waiting'][number];
type Income = TaxReport['income'][number];

export function TaxTables({ report }: { readonly report: TaxReport }) {
  const t = useTexts(taxTexts);
  const { currency } = report;
  const parts = useMemo(() => partColumns(t, currency), [t, currency]);
  const income = useMemo(() => incomeColumns(t, currency), [t, currency]);
  return (
    <>
      <Table
        title={t('transmissions')}
        urlName="transmisiones"
        columns={parts}
        rows={report.transmissions}
        rowId={(part) => `${part.operationId} ${part.openedBy} ${part.instrument.id}`}
        initialSort={{ columnId: 'transmittedOn', isDescending: true }}
        empty={<EmptyState title={t('noTransmissions')} />}
      />
      <Losses report={report} />
      <Table
        title={t('income')}
        urlName="rentas"
        columns={income}
        rows={withIds(report.income)}
        rowId={(row) => row.id}
        initialSort={{ columnId: 'date', isDescending: true }}
        empty={<EmptyState title={t('noIncome')} />}
      />
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        {report.compensation && <CompensationCard report={report} />}
        {report.fees.length > 0 && <FeesCard report={report} />}
      </div>
    </>
  );
}

/** Rows that have nothing of their own to be told apart by. */
function withIds<Row extends object>(rows: readonly Row[]): (Row & { readonly id: string })[] {
  return rows.map((row, index) => ({ ...row, id: String(index) }));
}

interface Named {
  readonly name: string;
  readonly symbol: string | null;
  readonly isin: string | null;
}

function Asset({ name, symbol, isin }: Named) {
  return (
    <span className="flex min-w-0 flex-col">
      <span className="truncate font-medium">{name}</span>
      <span className="text-xs text-muted">{symbol ?? isin ?? ''}</span>
    </span>
  );
}

function assetText({ name, symbol, isin }: Named): string {
  return `${name} ${symbol ?? isin ?? ''}`.trim();
}

export function partColumns(t: Translate<TaxKey>, currency: string): Column<Part>[] {
  const unit = currencySymbol(currency);
  const money = (
    id: 'acquisitionValue' | 'transmissionValue' | 'gain' | 'priceGain' | 'fxGain' | 'deferred' | 'counted',
    head: string,
    isChange = false,
  ): Column<Part> => ({
    id,
    head,
    unit,
    kind: 'decimal',
    widthPx: 128,
    value: (part) => part[id],
    cell: (part) => (
      <Money amount={part[id]} currency={currency} isUnitHidden isChange={isChange} reason={t('rateUnknown')} />
    ),
  });
  return [
    {
      id: 'asset',
      head: t('asset'),
      card: 'title',
      value: (part) => assetText(part.instrument),
      cell: (part) => <Asset {...part.instrument} />,
    },
    {
      id: 'quantity',
      head: t('units'),
      kind: 'decimal',
      widthPx: 96,
      value: (part) => part.quantity,
      cell: (part) => <Quantity quantity={part.quantity} />,
    },
    {
      id: 'acquiredOn',
      head: t('acquiredOn'),
      widthPx: 108,
      value: (part) => part.acquiredOn,
      cell: (part) =>
        part.acquiredOn === null ? (
          <span title={t('dayUnknown')}>
            — <span className="sr-only">{t('dayUnknown')}</span>
          </span>
        ) : (
          <DateText when={part.acquiredOn} />
        ),
    },
    {
      id: 'transmittedOn',
      head: t('transmittedOn'),
      widthPx: 108,
      value: (part) => part.transmittedOn,
      cell: (part) => <DateText when={part.transmittedOn} />,
    },
    money('acquisitionValue', t('acquisitionValue')),
    money('transmissionValue', t('transmissionValue')),
    { ...money('gain', t('gain'), true), card: 'figure' },
    money('fxGain', t('fxGain'), true),
    money('deferred', t('waits')),
    money('counted', t('counts'), true),
  ];
}

function Losses({ report }: { readonly report: TaxReport }) {
  const t = useTexts(taxTexts);
  const { currency, waiting, atRisk, countedLosses } = report;
  const waitingColumns = useMemo(() => waitingLossColumns(t, currency), [t, currency]);
  const countedColumns = useMemo(
    (): Column<Waiting>[] => [
      ...lossColumns<Waiting>(t, currency),
      dayColumn({ id: 'endedOn', head: t('endedOn'), dayOf: (loss) => loss.endedOn }),
    ],
    [t, currency],
  );
  const riskColumns = useMemo(
    (): Column<TaxReport['atRisk'][number]>[] => [
      ...lossColumns<TaxReport['atRisk'][number]>(t, currency),
      dayColumn({ id: 'until', head: t('until'), dayOf: (loss) => loss.until }),
    ],
    [t, currency],
  );
  return (
    <>
      {waiting.length > 0 && (
        <LossCard title={t('waiting')} lead={t('waitingLead')}>
          <Table title={t('waiting')} columns={waitingColumns} rows={withIds(waiting)} rowId={idOf} isBare isPlain />
        </LossCard>
      )}
      {atRisk.length > 0 && (
        <LossCard title={t('atRisk')} lead={t('atRiskLead')}>
          <Table title={t('atRisk')} columns={riskColumns} rows={withIds(atRisk)} rowId={idOf} isBare isPlain />
        </LossCard>
      )}
      {countedLosses.length > 0 && (
        <LossCard title={t('counted')}>
          <Table
            title={t('counted')}
            columns={countedColumns}
            rows={withIds(countedLosses)}
            rowId={idOf}
            isBare
            isPlain
          />
        </LossCard>
      )}
    </>
  );
}

const idOf = (row: object): string => (row as { readonly id: string }).id;

function LossCard({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: string;
  readonly children: ReactNode;
}) {
  return (
    <Card title={title}>
      {lead && <p className="mb-3 text-sm text-muted">{lead}</p>}
      {children}
    </Card>
  );
}

type AnyLoss = Pick<Waiting, 'instrument' | 'soldOn' | 'units' | 'loss'>;

function dayColumn<Row>(column: {
  readonly id: string;
  readonly head: string;
  readonly dayOf: (row: Row) => string | null;
}): Column<Row> {
  const { id, head, dayOf } = column;
  return { id, head, widthPx: 116, value: dayOf, cell: (row) => <DateText when={dayOf(row)} /> };
}

function lossColumns<Row extends AnyLoss>(t: Translate<TaxKey>, currency: string): Column<Row>[] {
  return [
    {
      id: 'asset',
      head: t('asset'),
      card: 'title',
      value: (loss) => assetText(loss.instrument),
      cell: (loss) => <Asset {...loss.instrument} />,
    },
    dayColumn({ id: 'soldOn', head: t('soldOn'), dayOf: (loss) => loss.soldOn }),
    {
      id: 'units',
      head: t('units'),
      kind: 'decimal',
      widthPx: 96,
      value: (loss) => loss.units,
      cell: (loss) => <Quantity quantity={loss.units} />,
    },
    {
      id: 'loss',
      head: t('loss'),
      kind: 'decimal',
      widthPx: 116,
      card: 'figure',
      value: (loss) => loss.loss,
      cell: (loss) => <Money amount={loss.loss} currency={currency} />,
    },
  ];
}

function waitingLossColumns(t: Translate<TaxKey>, currency: string): Column<Waiting>[] {
  const held = ({ heldIn }: Waiting): string =>
    t('heldInOf', { name: heldIn.instrument.name, date: formatDate(heldIn.openedOn) });
  return [...lossColumns<Waiting>(t, currency), { id: 'heldIn', head: t('heldIn'), value: held, cell: held }];
}

function incomeColumns(t: Translate<TaxKey>, currency: string): Column<Income & { readonly id: string }>[] {
  const unit = currencySymbol(currency);
  const money = (
    id: 'gross' | 'withheld' | 'foreignTax' | 'unassignedTax',
    head: string,
  ): Column<Income & { readonly id: string }> => ({
    id,
    head,
    unit,
    kind: 'decimal',
    widthPx: 128,
    value: (row) => row[id],
    cell: (row) => <Money amount={row[id]} currency={currency} isUnitHidden reason={t('rateUnknown')} />,
  });
  return [
    {
      id: 'asset',
      head: t('asset'),
      card: 'title',
      value: (row) => (row.instrument ? assetText(row.instrument) : t(`kind_${row.kind}`)),
      cell: (row) => (row.instrument ? <Asset {...row.instrument} /> : t(`kind_${row.kind}`)),
    },
    dayColumn({ id: 'date', head: t('date'), dayOf: (row) => row.date }),
    { id: 'kind', head: t('kind'), widthPx: 104, value: (row) => t(`kind_${row.kind}`) },
    { id: 'country', head: t('country'), widthPx: 76, value: (row) => row.country },
    { ...money('gross', t('gross')), card: 'figure' },
    money('withheld', t('withheld')),
    money('foreignTax', t('foreignTax')),
    money('unassignedTax', t('unassignedTax')),
  ];
}

/** What each loss took from which balance, and what is left of it. */
function CompensationCard({ report: { compensation, currency } }: { readonly report: TaxReport }) {
  const t = useTexts(taxTexts);
  if (!compensation) return null;
  const { steps, carried, expired } = compensation;
  const lines = [
    ...steps.map(({ from, against, amount }) => ({
      text: t('usedStep', {
        basket: t(`basket_${from.basket}`),
        year: String(from.year),
        against: t(`basket_${against}`),
      }),
      amount,
    })),
    ...carried.map(({ year, basket, amount }) => ({
      text: t('carriedStep', { basket: t(`basket_${basket}`), year: String(year) }),
      amount,
    })),
    ...expired.map(({ year, basket, amount }) => ({
      text: t('expiredStep', { basket: t(`basket_${basket}`), year: String(year) }),
      amount,
    })),
  ];
  return (
    <Card title={t('compensation')}>
      <p className="mb-3 text-sm text-muted">{lines.length > 0 ? t('compensationLead') : t('noCompensation')}</p>
      <Amounts lines={lines} currency={currency} />
    </Card>
  );
}

function FeesCard({ report: { fees, currency } }: { readonly report: TaxReport }) {
  const t = useTexts(taxTexts);
  const lines = fees.map(({ date, instrument, amount }) => ({
    text: [formatDate(date), instrument?.name].filter(Boolean).join(' · '),
    amount,
  }));
  return (
    <Card title={t('fees')}>
      <p className="mb-3 text-sm text-muted">{t('feesLead')}</p>
      <Amounts lines={lines} currency={currency} />
    </Card>
  );
}

/** Lines of a name and an amount. */
export function Amounts({
  lines,
  currency,
}: {
  readonly lines: readonly { readonly text: string; readonly amount: string | null }[];
  readonly currency: string;
}) {
  return (
    <dl className="flex flex-col gap-1.5 text-sm">
      {lines.map(({ text, amount }, index) => (
        <div key={`${index} ${text}`} className="flex items-baseline justify-between gap-4">
          <dt className="text-muted">{text}</dt>
          <dd>
            <Money amount={amount} currency={currency} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
