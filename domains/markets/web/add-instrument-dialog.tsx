/** Adds an instrument to follow: a symbol or an ISIN is enough. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useSession } from '#web/shell';
import { Button, Dialog, FormProblem, Select, TextField, toast } from '#web/ui';
import { marketsTexts } from './markets-texts.ts';
import { marketsWords } from './problem-words.ts';
import { type Found, ProviderSearch } from './provider-search.tsx';

const KINDS = ['crypto', 'stock', 'etf', 'fund', 'bond', 'other'] as const;

export function AddInstrumentDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(marketsTexts);
  const formId = useId();
  const { workspace } = useSession();
  const [draft, setDraft] = useState({
    kind: 'stock' as (typeof KINDS)[number],
    symbol: '',
    isin: '',
    name: '',
    currency: workspace.baseCurrency,
  });
  const set = (change: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...change }));
  // A demo lives on simulated prices and asks nobody outside.
  const isSimulated = workspace.kind === 'demo';
  const add = useApiMutation('POST /api/markets/instruments', {
    refreshes: ['GET /api/markets/instruments', 'GET /api/markets/prices', 'GET /api/markets/providers'],
    onDone: (instrument) => {
      toast.done({ title: t('instrumentAdded', { name: instrument.name }) });
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { symbol, isin, currency, ...rest } = draft;
    const body = { ...rest, currency: currency.trim().toUpperCase() };
    add.mutate({ body: { ...body, ...(symbol ? { symbol } : {}), ...(isin ? { isin } : {}) } });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('addInstrument')}
      description={t('addInstrumentDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={add.isPending}>
            {t('addInstrument')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {!isSimulated && <ProviderSearch onChoose={(found) => set(factsOf(found))} />}
        <Select
          label={t('kind')}
          choices={KINDS.map((value) => ({ value, label: t(`kind_${value}`) }))}
          value={draft.kind}
          onChange={(kind) => set({ kind })}
        />
        <TextField
          label={t('symbol')}
          hint={t('symbolHint')}
          autoComplete="off"
          value={draft.symbol}
          onChange={(symbol) => set({ symbol })}
        />
        <TextField label={t('isin')} autoComplete="off" value={draft.isin} onChange={(isin) => set({ isin })} />
        <TextField label={t('name')} autoComplete="off" value={draft.name} onChange={(name) => set({ name })} />
        <TextField
          label={t('currency')}
          autoComplete="off"
          value={draft.currency}
          onChange={(currency) => set({ currency })}
        />
        <FormProblem error={add.error} words={marketsWords(t)} />
      </form>
    </Dialog>
  );
}

/** What a search result says of the form; what it does not tell stays as it was. */
function factsOf({ kind, symbol, name, currency }: Found) {
  const known = KINDS.find((value) => value === kind);
  return { name, symbol: symbol ?? '', ...(known ? { kind: known } : {}), ...(currency ? { currency } : {}) };
}
