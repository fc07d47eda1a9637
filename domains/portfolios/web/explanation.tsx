/** "Cómo se calcula": a figure as the sum it is, with its lots, sales, prices, rates and what is missing. */
import { Download } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Button, type Column, DateText, Drawer, Money, Quantity, saveText, Table, toast } from '#web/ui';
import { explanationCsv, explanationLines } from './explanation-file.ts';
import { type Metric, MissingFacts } from './figures-kpis.tsx';
import { type Explanation, LotsTable, SalesTable } from './lot-tables.tsx';
import { pageTexts } from './page-texts.ts';
import { PriceFacts } from './price-cell.tsx';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

const PLAIN_ROWS_MAX = 8; // A handful needs neither a filter nor a file of its own.

export interface Asked {
  readonly metric: Metric;
  readonly instrumentId?: string;
  /** The instrument's name, for the title. */
  readonly name?: string;
}

/** The whole explanation in a drawer of its own. */
export function ExplanationDrawer({
  portfolioId,
  asked,
  onClose,
}: {
  readonly portfolioId: string;
  readonly asked: Asked;
  readonly onClose: () => void;
}) {
  const t = useTexts(portfolioTexts);
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={t('explainOf', { metric: t(asked.metric) })}
      description={asked.name}
    >
      <ExplanationOf portfolioId={portfolioId} asked={asked} />
    </Drawer>
  );
}

/** The explanation alone, for a drawer that shows more. */
export function ExplanationOf({
  portfolioId,
  asked,
  hasEvents = true,
}: {
  readonly portfolioId: string;
  readonly asked: Asked;
  /** False where the page lists the operations itself. */
  readonly hasEvents?: boolean;
}) {
  const { metric, instrumentId } = asked;
  const query = useApi('GET /api/portfolios/:portfolioId/explanation', {
    params: { portfolioId },
    query: { metric, ...(instrumentId ? { instrumentId } : {}) },
  });
  return <Async query={query}>{(explanation) => <Explained explanation={explanation} hasEvents={hasEvents} />}</Async>;
}

function Explained({ explanation, hasEvents }: { readonly explanation: Explanation; readonly hasEvents: boolean }) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(pageTexts);
  const { terms, currency, lots, matches, prices, rates, missing } = explanation;
  return (
    <div className="flex min-w-0 flex-col gap-6 text-sm">
      <Section title={words('formula')}>
        <p className="figures rounded-md bg-sunken px-3 py-2">{words(`formula_${explanation.metric}`)}</p>
      </Section>
      <Section title={t('terms')}>
        <dl className="flex flex-col gap-1.5">
          {terms.map((term, index) => (
            <Line key={`${term.name} ${term.subject} ${index}`} label={termLabel(t, term)}>
              <Money amount={term.figure} currency={currency} />
            </Line>
          ))}
          <Line label={t('result')} isTotal>
            <Money amount={explanation.figure} currency={currency} />
          </Line>
        </dl>
      </Section>
      {missing.length > 0 && (
        <Section title={t('missing')}>
          <MissingFacts missing={missing} />
        </Section>
      )}
      {lots.length > 0 && <LotsTable explanation={explanation} />}
      {matches.length > 0 && <SalesTable explanation={explanation} />}
      {prices.length > 0 && (
        <Section title={t('prices')}>
          <dl className="flex flex-col gap-1.5">
            {prices.map((entry) => (
              <Line key={entry.instrumentId} label={entry.name}>
                <PriceFacts price={entry.price} />
              </Line>
            ))}
          </dl>
        </Section>
      )}
      {rates.length > 0 && (
        <Section title={t('rates')}>
          <dl className="flex flex-col gap-1.5">
            {rates.map((rate) => (
              <Line key={`${rate.from}${rate.to}`} label={`${rate.from} → ${rate.to}`}>
                <Quantity quantity={rate.rate} digits={6} />
              </Line>
            ))}
          </dl>
        </Section>
      )}
      {hasEvents && <EventsTable explanation={explanation} />}
      <ExportButton explanation={explanation} />
    </div>
  );
}

/** The whole explanation as a file: what a person hands to whoever checks it. */
function ExportButton({ explanation }: { readonly explanation: Explanation }) {
  const words = useTexts(pageTexts);
  const { metric } = explanation;
  const save = (): void => {
    const fileName = `cactus-${metric}.csv`;
    saveText(fileName, explanationCsv(explanationLines(explanation, words(`formula_${metric}`))));
    toast.done({ title: words('exported'), detail: fileName });
  };
  return (
    <p>
      <Button icon={Download} onClick={save}>
        {words('exportCsv')}
      </Button>
    </p>
  );
}

function EventsTable({ explanation: { operations, hasMoreOperations } }: { readonly explanation: Explanation }) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(pageTexts);
  const columns = useMemo(
    (): Column<Explanation['operations'][number]>[] => [
      {
        id: 'date',
        head: words('date'),
        value: (operation) => operation.date,
        cell: (operation) => <DateText when={operation.date} />,
      },
      {
        id: 'type',
        head: words('type'),
        card: 'title',
        value: ({ type, instrument }) => [t(`type_${type}`), instrument?.name].filter(Boolean).join(' · '),
      },
      {
        id: 'quantity',
        head: words('units'),
        kind: 'decimal',
        value: (operation) => operation.quantity,
        cell: (operation) => operation.splitRatio ?? (operation.quantity && <Quantity quantity={operation.quantity} />),
      },
      {
        id: 'price',
        head: words('price'),
        kind: 'decimal',
        value: (operation) => operation.price,
        cell: (operation) =>
          operation.price && <Money amount={operation.price} currency={operation.currency} isPrice />,
      },
      {
        id: 'amount',
        head: words('amount'),
        kind: 'decimal',
        card: 'figure',
        value: (operation) => operation.amount,
        cell: (operation) => operation.amount && <Money amount={operation.amount} currency={operation.currency} />,
      },
    ],
    [t, words],
  );
  const count = operations.length;
  if (count === 0) return <p className="text-xs text-muted">{t('allOperations', { count })}</p>;
  return (
    <Table
      title={words('events')}
      columns={columns}
      rows={operations}
      rowId={(operation) => operation.id}
      isPlain={count <= PLAIN_ROWS_MAX}
      footer={
        <span className="text-xs text-muted">
          {hasMoreOperations ? words('moreEvents', { count }) : t('allOperations', { count })}
        </span>
      }
    />
  );
}

function termLabel(t: (key: PortfolioKey) => string, term: Explanation['terms'][number]): string {
  const key = `term_${term.name}`;
  const words = key in portfolioTexts.es ? t(key as PortfolioKey) : term.name;
  return term.subject === '' ? words : `${words} · ${term.subject}`;
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Line({
  label,
  isTotal,
  children,
}: {
  readonly label: string;
  readonly isTotal?: boolean;
  readonly children: ReactNode;
}) {
  const total = isTotal ? ' mt-1 border-t border-line pt-2 font-medium' : '';
  return (
    <div className={`flex flex-wrap items-baseline justify-between gap-x-4${total}`}>
      <dt className="text-muted">{label}</dt>
      <dd className="ml-auto">{children}</dd>
    </div>
  );
}
