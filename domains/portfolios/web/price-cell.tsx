/** A price with how far it can be trusted: fresh, old, simulated, by hand, or missing with its reason. */
import type { ApiOutput } from '#web/api';
import { useTexts } from '#web/i18n';
import { Badge, Money, RelativeTime, StatusDot } from '#web/ui';
import { type PortfolioKey, portfolioTexts } from './texts.ts';

export type PositionRow = ApiOutput<'GET /api/portfolios/:portfolioId/positions'>['items'][number];
type Price = PositionRow['price'];

export function PriceCell({ price }: { readonly price: Price }) {
  const t = useTexts(portfolioTexts);
  if (price.state === 'missing') return <Badge tone="warn">{t('priceMissing')}</Badge>;
  const { isStale, marketAtMs } = price;
  return (
    <StatusDot tone={isStale ? 'warn' : price.isSimulated ? 'flower' : price.isManual ? 'neutral' : 'ok'}>
      <Money amount={price.price} currency={price.currency} isPrice staleAtMs={isStale ? marketAtMs : undefined} />
      <span className="sr-only"> {t(stateKey(price))}</span>
    </StatusDot>
  );
}

/** The price in full: figure, source, age. */
export function PriceFacts({ price }: { readonly price: Price }) {
  const t = useTexts(portfolioTexts);
  if (price.state === 'missing') {
    const key = `missing_${price.reason}`;
    return <span className="text-warn">{t(key in portfolioTexts.es ? (key as PortfolioKey) : 'priceMissing')}</span>;
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <PriceCell price={price} />
      <span className="text-muted">
        {price.provider} · <RelativeTime atMs={price.marketAtMs} />
      </span>
      {(price.isStale || price.isSimulated || price.isManual) && (
        <Badge tone={price.isStale ? 'warn' : 'neutral'}>{t(stateKey(price))}</Badge>
      )}
    </span>
  );
}

function stateKey(price: Extract<Price, { state: 'priced' }>): PortfolioKey {
  if (price.isStale) return 'priceStale';
  if (price.isSimulated) return 'priceSimulated';
  return price.isManual ? 'priceManual' : 'priceFresh';
}
