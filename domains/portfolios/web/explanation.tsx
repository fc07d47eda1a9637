/** "Cómo se calcula": a figure as the sum it is, with its lots, sales, prices, rates and what is missing. */
import type { ReactNode } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, DateText, Drawer, Money, Quantity } from '#web/ui';
import { type Metric, MissingFacts } from './figures-kpis.tsx';
import { PriceFacts } from './price-cell.tsx';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

type Explanation = ApiOutput<'GET /api/portfolios/:portfolioId/explanation'>;

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
    <Drawer isOpen onClose={onClose} title={t('explainOf', { metric: t(asked.metric) })} description={asked.name}>
      <ExplanationOf portfolioId={portfolioId} asked={asked} />
    </Drawer>
  );
}

/** The explanation alone, for a drawer that shows more. */
export function ExplanationOf({ portfolioId, asked }: { readonly portfolioId: string; readonly asked: Asked }) {
  const { metric, instrumentId } = asked;
  const query = useApi('GET /api/portfolios/:portfolioId/explanation', {
    params: { portfolioId },
    query: { metric, ...(instrumentId ? { instrumentId } : {}) },
  });
  return <Async query={query}>{(explanation) => <Explained explanation={explanation} />}</Async>;
}

function Explained({ explanation }: { readonly explanation: Explanation }) {
  const t = useTexts(portfolioTexts);
  const { terms, currency, lots, matches, prices, rates, missing } = explanation;
  return (
    <div className="flex flex-col gap-6 text-sm">
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
      {lots.length > 0 && (
        <Section title={t('lots')}>
          <Lots lots={lots} />
        </Section>
      )}
      {matches.length > 0 && (
        <Section title={t('matches')}>
          <Matches matches={matches} currency={currency} />
        </Section>
      )}
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
      <p className="text-xs text-muted">
        {t(explanation.hasMoreOperations ? 'moreOperations' : 'allOperations', {
          count: explanation.operations.length,
        })}
      </p>
    </div>
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

function Lots({ lots }: { readonly lots: Explanation['lots'] }) {
  const t = useTexts(portfolioTexts);
  return (
    <PlainTable heads={[t('opened'), t('account'), t('units'), t('cost')]}>
      {lots.map((lot, index) => (
        <tr key={`${lot.openedOn} ${index}`}>
          <td className="py-1">
            <DateText when={lot.openedOn} />
          </td>
          <td className="py-1">{lot.accountName}</td>
          <td className="py-1 text-right">
            <Quantity quantity={lot.quantity} />
          </td>
          <td className="py-1 text-right">
            <Money amount={lot.cost} currency={lot.currency} />
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function Matches({ matches, currency }: { readonly matches: Explanation['matches']; readonly currency: string }) {
  const t = useTexts(portfolioTexts);
  return (
    <PlainTable heads={[t('sold'), t('opened'), t('units'), t('gain')]}>
      {matches.map((match, index) => (
        <tr key={`${match.soldOn} ${match.openedOn} ${index}`}>
          <td className="py-1">
            <DateText when={match.soldOn} />
          </td>
          <td className="py-1">
            <DateText when={match.openedOn} />
          </td>
          <td className="py-1 text-right">
            <Quantity quantity={match.quantity} />
          </td>
          <td className="py-1 text-right">
            <Money amount={match.gain} currency={currency} isChange />
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

/** First two columns are words, the rest figures. */
function PlainTable({ heads, children }: { readonly heads: readonly string[]; readonly children: ReactNode }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-table">
        <thead>
          <tr className="text-left text-xs text-muted">
            {heads.map((head, index) => (
              <th key={head} scope="col" className={index > 1 ? 'pb-1 text-right font-medium' : 'pb-1 font-medium'}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
