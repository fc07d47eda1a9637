/** A new operation from anywhere: the drawer asks which portfolio, the largest one first. */
import { useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { Select } from '#web/ui';
import { useTexts } from '#web/i18n';
import { OperationDrawer } from './operation-drawer.tsx';
import { pageTexts } from './page-texts.ts';

type Item = ApiOutput<'GET /api/portfolios'>['items'][number];

export function OperationStart({
  portfolios,
  onClose,
}: {
  readonly portfolios: readonly Item[];
  readonly onClose: () => void;
}) {
  const t = useTexts(pageTexts);
  const [chosen, choose] = useState(
    () => portfolios.toSorted((a, b) => Number(b.figures.valueKnown) - Number(a.figures.valueKnown))[0]?.id ?? '',
  );
  const found = useApi(
    'GET /api/portfolios/:portfolioId',
    { params: { portfolioId: chosen } },
    { enabled: chosen !== '', keepsPrevious: true },
  );
  if (!found.data) return null;
  return (
    <OperationDrawer
      portfolio={found.data}
      // What is on screen may still be the portfolio chosen before: nothing is saved to it.
      isWaiting={found.data.id !== chosen}
      choice={
        portfolios.length > 1 && (
          <Select
            label={t('inPortfolio')}
            choices={portfolios.map(({ id, name }) => ({ value: id, label: name }))}
            value={chosen}
            onChange={choose}
          />
        )
      }
      onClose={onClose}
    />
  );
}
