/** Creating a portfolio: a name and the currency it is counted in. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useGo, useSession } from '#web/shell';
import { Button, Dialog, FormProblem, TextField, toast } from '#web/ui';
import { portfolioTexts } from './texts.ts';
import { portfolioWords } from './words.ts';

export function NewPortfolioDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(portfolioTexts);
  const go = useGo();
  const { workspace } = useSession();
  const [name, setName] = useState('');
  const [baseCurrency, setBaseCurrency] = useState(workspace.baseCurrency);
  const create = useApiMutation('POST /api/portfolios', {
    refreshes: ['GET /api/portfolios'],
    onDone: (portfolio) => {
      toast.done({ title: t('created') });
      go(`/carteras/${portfolio.id}`);
    },
  });
  const isReady = name.trim() !== '' && /^[A-Z]{3}$/.test(baseCurrency);
  return (
    <Dialog isOpen onClose={onClose} title={t('newPortfolio')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(submit) => {
          submit.preventDefault();
          if (isReady) create.mutate({ body: { name: name.trim(), baseCurrency } });
        }}
      >
        <TextField label={t('name')} value={name} onChange={setName} maxLength={120} />
        <TextField
          label={t('currency')}
          value={baseCurrency}
          onChange={(text) => setBaseCurrency(text.toUpperCase())}
          maxLength={3}
        />
        <FormProblem error={create.error} words={portfolioWords(t)} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!isReady} isBusy={create.isPending}>
            {t('create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
