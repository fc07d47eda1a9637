/** Dialogs of one price: writing it by hand, and correcting what Yahoo calls the instrument. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApiMutation } from '#web/api';
import { currencySymbol, currentTimeMs, useTexts } from '#web/i18n';
import { Button, Dialog, FormProblem, NumberField, TextField, toast } from '#web/ui';
import type { Instrument } from './instrument-field.tsx';
import type { LatestPrice } from './live-prices.ts';
import { marketsTexts } from './markets-texts.ts';
import { marketsWords } from './problem-words.ts';

const REFRESHES = ['GET /api/markets/prices', 'GET /api/markets/providers', 'GET /api/markets/alerts'] as const;

export interface DialogSubject {
  readonly instrument: Instrument;
  readonly latest: LatestPrice;
}

export function ManualPriceDialog({
  subject,
  onClose,
}: {
  readonly subject: DialogSubject;
  readonly onClose: () => void;
}) {
  const t = useTexts(marketsTexts);
  const formId = useId();
  const { instrument, latest } = subject;
  const currency = latest.state === 'priced' ? latest.currency : instrument.currency;
  const [price, setPrice] = useState<string | null>(null);
  const [on, setOn] = useState(new Date(currentTimeMs()).toISOString().slice(0, 10));
  const [isChecked, setChecked] = useState(false);
  const save = useApiMutation('PUT /api/markets/instruments/:instrumentId/manual-price', {
    refreshes: REFRESHES,
    onDone: () => {
      toast.done({ title: t('priceSaved', { name: instrument.name }) });
      onClose();
    },
  });
  const isPositive = price !== null && /[1-9]/.test(price) && !price.startsWith('-');
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (isPositive) save.mutate({ params: { instrumentId: instrument.id }, body: { price, currency, on } });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('writePriceTitle', { name: instrument.name })}
      description={t('writePriceDetail')}
      footer={<DialogButtons formId={formId} isBusy={save.isPending} onClose={onClose} />}
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <NumberField
          label={t('price')}
          unit={currencySymbol(currency)}
          value={price}
          onChange={setPrice}
          error={isChecked && !isPositive ? t('typeValue') : undefined}
        />
        <TextField label={t('onDay')} type="date" value={on} onChange={setOn} />
        <FormProblem error={save.error} words={marketsWords(t)} />
      </form>
    </Dialog>
  );
}

export function ProviderSymbolDialog({
  subject,
  onClose,
}: {
  readonly subject: DialogSubject;
  readonly onClose: () => void;
}) {
  const t = useTexts(marketsTexts);
  const formId = useId();
  const { instrument } = subject;
  const [symbol, setSymbol] = useState(instrument.providerSymbol ?? '');
  const save = useApiMutation('PUT /api/markets/instruments/:instrumentId/provider-symbol', {
    refreshes: REFRESHES,
    onDone: () => {
      toast.done({ title: t('symbolSaved') });
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const providerSymbol = symbol.trim() === '' ? null : symbol.trim().toUpperCase();
    const params = { instrumentId: instrument.id };
    save.mutate({ params, body: { providerSymbol }, ifMatch: String(instrument.version) });
  };
  const now = instrument.providerSymbol
    ? t('fixSymbolNow', { symbol: instrument.providerSymbol, name: instrument.providerName ?? '—' })
    : instrument.priceProblem;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('fixSymbolTitle', { name: instrument.name })}
      description={t('fixSymbolDetail')}
      footer={<DialogButtons formId={formId} isBusy={save.isPending} onClose={onClose} />}
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField label={t('symbol')} hint={now} autoComplete="off" value={symbol} onChange={setSymbol} />
        <FormProblem error={save.error} words={marketsWords(t)} />
      </form>
    </Dialog>
  );
}

function DialogButtons({
  formId,
  isBusy,
  onClose,
}: {
  readonly formId: string;
  readonly isBusy: boolean;
  readonly onClose: () => void;
}) {
  const t = useTexts(marketsTexts);
  return (
    <>
      <Button onClick={onClose}>{t('cancel')}</Button>
      <Button kind="primary" type="submit" form={formId} isBusy={isBusy}>
        {t('save')}
      </Button>
    </>
  );
}
