/** A price that says its doubts: old, simulated, by hand, or missing and why. */
import { useTexts } from '#web/i18n';
import { Badge, Money } from '#web/ui';
import type { LatestPrice } from './live-prices.ts';
import { marketsTexts } from './markets-texts.ts';

export function PriceFigure({ latest }: { readonly latest: LatestPrice }) {
  const t = useTexts(marketsTexts);
  if (latest.state === 'missing') {
    return <Money amount={null} currency="EUR" reason={t(`missing_${latest.reason}`)} />;
  }
  return (
    <Money
      amount={latest.price}
      currency={latest.currency}
      isPrice
      {...(latest.isStale ? { staleAtMs: latest.marketAtMs } : {})}
    />
  );
}

/** Pills for what a reader must know; nothing for a healthy live price. */
export function PriceDoubts({ latest }: { readonly latest: LatestPrice }) {
  const t = useTexts(marketsTexts);
  if (latest.state === 'missing') {
    const isHarmless = latest.reason === 'cash' || latest.reason === 'never_fetched';
    return <Badge tone={isHarmless ? 'neutral' : 'warn'}>{t(`missing_${latest.reason}`)}</Badge>;
  }
  return (
    <span className="inline-flex flex-wrap gap-1">
      {latest.isStale && <Badge tone="warn">{t('stale')}</Badge>}
      {latest.isSimulated && <Badge tone="flower">{t('simulated')}</Badge>}
      {latest.isManual && <Badge tone="info">{t('manual')}</Badge>}
    </span>
  );
}
