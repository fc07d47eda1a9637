/** Rebalanceo: what is wanted, the proposal that follows from it, before and after. Nothing is ordered anywhere. */
import { useState } from 'react';
import { useApi } from '#web/api';
import { currencySymbol, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import { Async, PageHeader, Stack } from '#web/ui';
import { rebalanceTexts } from '../rebalance-texts.ts';
import { ProposalView } from './rebalance-proposal.tsx';
import { bodyOf, FIRST_WISH, RebalanceForm, type Wish } from './rebalance-form.tsx';
import { rebalanceWords } from './rebalance-view.ts';

export default function RebalancePage() {
  const t = useTexts(rebalanceTexts);
  const [ids] = useUrlState<string>('carteras', '');
  const portfolioIds = ids.split(',').filter((id) => id !== '');
  const [wish, setWish] = useState<Wish>(FIRST_WISH);
  const portfolios = useApi('GET /api/portfolios');
  const chosen = (portfolios.data?.items ?? []).filter(({ id }) => portfolioIds.includes(id));
  const names = chosen.map(({ name }) => name);
  const unit = currencySymbol(chosen[0]?.baseCurrency ?? 'EUR');
  const proposal = useApi(
    'POST /api/rebalance-proposals',
    { body: bodyOf(wish, portfolioIds) },
    { enabled: portfolioIds.length > 0, keepsPrevious: true },
  );
  return (
    <>
      <PageHeader
        title={names.length > 0 ? `${t('title')} · ${names.join(' + ')}` : t('title')}
        description={t('lead')}
        back={{ to: '/planificacion', label: t('back') }}
      />
      <Stack>
        <RebalanceForm
          wish={wish}
          portfolioIds={portfolioIds}
          isBusy={proposal.isFetching}
          unit={unit}
          onWish={setWish}
        />
        {/* A refusal takes the place of the last proposal: it would be an answer to another question. */}
        <Async
          query={proposal.error ? { ...proposal, data: undefined } : proposal}
          rowCount={8}
          words={rebalanceWords(t)}
        >
          {(found) => <ProposalView proposal={found} isHousehold={portfolioIds.length > 1} />}
        </Async>
      </Stack>
    </>
  );
}
