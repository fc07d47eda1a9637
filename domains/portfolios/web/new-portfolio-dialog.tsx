/** Creating a portfolio: a name and the currency it is counted in. */
import { useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, useGo, useSession } from '#web/shell';
import { Async, Button, Dialog, FormProblem, TextField, toast } from '#web/ui';
import { assignmentTexts } from './assignment-texts.ts';
import { assignmentWords } from './assignment-words.ts';
import { OwnerFields, type Owners } from './owner-fields.tsx';
import { portfolioTexts } from './texts.ts';
import { portfolioWords } from './words.ts';

export function NewPortfolioDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(portfolioTexts);
  const go = useGo();
  const words = useTexts(assignmentTexts);
  const { workspace, user, role } = useSession();
  const canAssign = useCan('portfolios.portfolio.assign');
  const people = useApi('GET /api/portfolio-people', undefined, { enabled: canAssign });
  // A manager looks after what she creates, unless she says otherwise.
  const me = role === 'manager' ? user.id : null;
  const [owners, setOwners] = useState<Owners>({ adviserUserId: me, clientUserId: null });
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
          if (isReady) create.mutate({ body: { name: name.trim(), baseCurrency, ...(canAssign ? owners : {}) } });
        }}
      >
        <TextField label={t('name')} value={name} onChange={setName} maxLength={120} />
        <TextField
          label={t('currency')}
          value={baseCurrency}
          onChange={(text) => setBaseCurrency(text.toUpperCase())}
          maxLength={3}
        />
        {canAssign && (
          <Async query={people}>
            {(choices) => <OwnerFields choices={choices} owners={owners} named={[]} onChange={setOwners} />}
          </Async>
        )}
        <FormProblem error={create.error} words={{ ...assignmentWords(words), ...portfolioWords(t) }} />
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
