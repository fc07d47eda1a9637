/** One holding in full: its price, how its gain comes about with lots and sales, and its operations. */
import { useState } from 'react';
import { useTexts } from '#web/i18n';
import { useCan, useGo } from '#web/shell';
import { Button, Drawer, SegmentedControl } from '#web/ui';
import { ExplanationOf } from './explanation.tsx';
import { OperationsTable } from './operations-table.tsx';
import { PriceFacts, type PositionRow } from './price-cell.tsx';
import { portfolioTexts } from './texts.ts';

const METRICS = ['unrealised', 'realised', 'income', 'profit', 'value'] as const;

export function PositionDrawer({
  portfolioId,
  position,
  onClose,
}: {
  readonly portfolioId: string;
  readonly position: PositionRow;
  readonly onClose: () => void;
}) {
  const t = useTexts(portfolioTexts);
  const [metric, setMetric] = useState<(typeof METRICS)[number]>('unrealised');
  const { instrumentId } = position;
  const go = useGo();
  const canSimulate = useCan('portfolios.tax.simulate');
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={position.name}
      description={position.symbol ?? position.isin ?? ''}
    >
      <div className="flex flex-col gap-6">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <PriceFacts price={position.price} />
          {canSimulate && (
            <Button
              onClick={() => {
                onClose();
                go(`/carteras/${portfolioId}?ver=impuestos&vender=${instrumentId}`);
              }}
            >
              {t('simulateSale')}
            </Button>
          )}
        </div>
        <section className="flex flex-col gap-4">
          <h3 className="text-sm font-semibold">{t('explain')}</h3>
          <SegmentedControl
            label={t('explain')}
            segments={METRICS.map((value) => ({ value, label: t(value) }))}
            value={metric}
            onChange={setMetric}
          />
          <ExplanationOf portfolioId={portfolioId} asked={{ metric, instrumentId }} hasEvents={false} />
        </section>
        <OperationsTable portfolioId={portfolioId} instrumentId={instrumentId} />
      </div>
    </Drawer>
  );
}
