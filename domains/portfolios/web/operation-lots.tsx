/** Which lots a sale takes: the open lots of the asset in the account, with the units to take from each. */
import { useState } from 'react';
import { useApi } from '#web/api';
import { formatDate, formatQuantity, useTexts } from '#web/i18n';
import { Button, NumberField, Skeleton } from '#web/ui';
import type { FieldsProps } from './operation-drawer.tsx';
import { portfolioTexts } from './texts.ts';

export function OperationLots(props: FieldsProps) {
  const t = useTexts(portfolioTexts);
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="flex flex-col gap-3 rounded-md border border-line p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium">{t('lots')}</h3>
        {!isOpen && <Button onClick={() => setOpen(true)}>{t('lotsChoose')}</Button>}
      </div>
      <p className="text-sm text-muted">{t('lotsHint')}</p>
      {isOpen && <OpenLots {...props} />}
    </section>
  );
}

function OpenLots(props: FieldsProps) {
  const t = useTexts(portfolioTexts);
  const { form, portfolio } = props;
  const positions = useApi('GET /api/portfolios/:portfolioId/positions', { params: { portfolioId: portfolio.id } });
  if (!positions.data) return <Skeleton rowCount={2} />;
  const code = form.symbol.trim().toUpperCase();
  const name = form.name.trim().toLowerCase();
  const found = positions.data.items.find((position) =>
    code === '' ? name !== '' && position.name.toLowerCase() === name : [position.symbol, position.isin].includes(code),
  );
  return found ? <LotsOf {...props} instrumentId={found.instrumentId} /> : <p className="text-sm">{t('lotsNone')}</p>;
}

function LotsOf({ form, portfolio, onChange, instrumentId }: FieldsProps & { readonly instrumentId: string }) {
  const t = useTexts(portfolioTexts);
  const explained = useApi('GET /api/portfolios/:portfolioId/explanation', {
    params: { portfolioId: portfolio.id },
    query: { metric: 'cost', instrumentId },
  });
  if (!explained.data) return <Skeleton rowCount={3} />;
  const lots = explained.data.lots.filter((lot) => lot.accountName === form.accountName.trim());
  if (lots.length === 0) return <p className="text-sm">{t('lotsNone')}</p>;
  return (
    <div className="flex flex-col gap-3">
      {lots.map((lot) => (
        <NumberField
          key={lot.openedBy}
          label={t('lotOf', { date: formatDate(lot.openedOn), held: formatQuantity(lot.quantity) })}
          value={form.lots[lot.openedBy]?.quantity ?? null}
          onChange={(quantity) =>
            onChange({ lots: { ...form.lots, [lot.openedBy]: { openedOn: lot.openedOn, quantity } } })
          }
        />
      ))}
    </div>
  );
}
