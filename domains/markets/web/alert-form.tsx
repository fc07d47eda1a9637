/** A new alert in one line: what, when, at which value. The rest is folded away. */
import { BellPlus, History } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { currencySymbol, formatPrice, useTexts } from '#web/i18n';
import { Button, Card, FormProblem, NumberField, Select, TextField, toast } from '#web/ui';
import { AlertBacktest } from './alert-backtest.tsx';
import { type AlertDraft, CONDITIONS, isPercentRule, unitOf } from './alert-terms.ts';
import { InstrumentField } from './instrument-field.tsx';
import type { PricedPrice } from './live-prices.ts';
import { marketsTexts } from './markets-texts.ts';
import { marketsWords } from './problem-words.ts';

const EMPTY: AlertDraft = {
  instrument: null,
  condition: 'above',
  threshold: null,
  repeat: 'once',
  hysteresisPercent: null,
  referencePrice: null,
  windowDays: null,
  note: '',
};

export function AlertForm({ livePrices }: { readonly livePrices: ReadonlyMap<string, PricedPrice> }) {
  const t = useTexts(marketsTexts);
  const [draft, setDraft] = useState<AlertDraft>(EMPTY);
  const [isChecked, setChecked] = useState(false);
  const [hasMore, setMore] = useState(false);
  const [isLooking, setLooking] = useState(false);
  // A fresh form is a new one: a number field keeps what was typed into it.
  const [formCount, setFormCount] = useState(0);
  const set = (change: Partial<AlertDraft>): void => setDraft((before) => ({ ...before, ...change }));
  const create = useApiMutation('POST /api/markets/alerts', {
    refreshes: ['GET /api/markets/alerts', 'GET /api/markets/prices', 'GET /api/markets/providers'],
    onDone: (rule) => {
      const detail = rule.zone === 'high' || rule.zone === 'low' ? { detail: t('alreadyBeyond') } : {};
      toast.done({ title: t('created', { name: rule.instrument.name }), ...detail });
      setDraft(EMPTY);
      setChecked(false);
      setFormCount((before) => before + 1);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const { instrument, threshold } = draft;
    if (instrument && threshold && isPositive(threshold))
      create.mutate({ body: bodyOfDraft(draft, instrument.id, threshold) });
  };
  const hasWrongValue = isChecked && !(draft.threshold && isPositive(draft.threshold));
  return (
    <Card title={t('newAlert')}>
      <form key={formCount} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto]">
          <InstrumentField
            value={draft.instrument}
            onChange={(instrument) => set({ instrument })}
            error={isChecked && !draft.instrument ? t('chooseInstrument') : undefined}
          />
          <Select
            label={t('condition')}
            choices={CONDITIONS.map((value) => ({ value, label: t(`condition_${value}`) }))}
            value={draft.condition}
            onChange={(condition) => set({ condition })}
          />
          <NumberField
            label={t('value')}
            value={draft.threshold}
            onChange={(threshold) => set({ threshold })}
            unit={unitOf(draft.condition, draft.instrument?.currency ?? 'EUR')}
            error={hasWrongValue ? t('typeValue') : undefined}
          />
          <span className="sm:pt-[1.625rem]">
            <Button kind="primary" type="submit" icon={BellPlus} isBusy={create.isPending}>
              {t('create')}
            </Button>
          </span>
        </div>
        {hasMore && <MoreFields draft={draft} onChange={set} />}
        <FormFoot draft={draft} livePrices={livePrices} more={[hasMore, setMore]} look={[isLooking, setLooking]} />
        <FormProblem error={create.error} words={marketsWords(t)} />
        {isLooking && draft.instrument && draft.threshold && isPositive(draft.threshold) && (
          <AlertBacktest draft={draft} instrumentId={draft.instrument.id} />
        )}
      </form>
    </Card>
  );
}

/** The price of now, and what may be unfolded: the rarer terms, and what the alert would have done. */
function FormFoot({
  draft,
  livePrices,
  more: [hasMore, onMore],
  look: [isLooking, onLook],
}: {
  readonly draft: AlertDraft;
  readonly livePrices: ReadonlyMap<string, PricedPrice>;
  readonly more: readonly [boolean, (isShown: boolean) => void];
  readonly look: readonly [boolean, (isShown: boolean) => void];
}) {
  const t = useTexts(marketsTexts);
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      <PriceHint draft={draft} livePrices={livePrices} />
      <Button kind="ghost" size="sm" aria-expanded={hasMore} onClick={() => onMore(!hasMore)}>
        {t(hasMore ? 'less' : 'more')}
      </Button>
      <Button kind="ghost" size="sm" icon={History} aria-expanded={isLooking} onClick={() => onLook(!isLooking)}>
        {t('checkHistory')}
      </Button>
    </p>
  );
}

function bodyOfDraft(draft: AlertDraft, instrumentId: string, threshold: string) {
  const { condition, repeat, hysteresisPercent, referencePrice, windowDays, note } = draft;
  const isReferred = isPercentRule(condition);
  return {
    instrumentId,
    condition,
    threshold,
    repeat,
    note,
    hysteresisPercent: repeat === 'rearming' ? (hysteresisPercent ?? '0') : '0',
    referencePrice: isReferred ? referencePrice : null,
    windowDays: condition === 'drawdown' && windowDays ? Number(windowDays) : null,
  };
}

function PriceHint({
  draft,
  livePrices,
}: {
  readonly draft: AlertDraft;
  readonly livePrices: ReadonlyMap<string, PricedPrice>;
}) {
  const t = useTexts(marketsTexts);
  const id = draft.instrument?.id;
  const asked = useApi(
    'GET /api/markets/prices',
    { query: { instrumentIds: id ?? '' } },
    { enabled: id !== undefined },
  );
  if (!draft.instrument || !id) return null;
  const latest = livePrices.get(id) ?? asked.data?.items[0]?.latest;
  if (!latest) return null;
  const price =
    latest.state === 'priced' ? t('nowAt', { price: formatPrice(latest.price, latest.currency) }) : t('noPriceYet');
  const isDayRule = isPercentRule(draft.condition) && !draft.referencePrice;
  return (
    <span>
      {price} {isDayRule && t('againstClose')}
    </span>
  );
}

function MoreFields({
  draft,
  onChange,
}: {
  readonly draft: AlertDraft;
  readonly onChange: (change: Partial<AlertDraft>) => void;
}) {
  const t = useTexts(marketsTexts);
  return (
    <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <Select
        label={t('repeat')}
        choices={(['once', 'rearming'] as const).map((value) => ({ value, label: t(`repeat_${value}`) }))}
        value={draft.repeat}
        onChange={(repeat) => onChange({ repeat })}
      />
      {draft.repeat === 'rearming' && (
        <NumberField
          label={t('hysteresis')}
          hint={t('hysteresisHint')}
          unit="%"
          value={draft.hysteresisPercent}
          onChange={(hysteresisPercent) => onChange({ hysteresisPercent })}
        />
      )}
      {isPercentRule(draft.condition) && (
        <NumberField
          label={t('reference')}
          hint={t('referenceHint')}
          unit={currencySymbol(draft.instrument?.currency ?? 'EUR')}
          value={draft.referencePrice}
          onChange={(referencePrice) => onChange({ referencePrice })}
        />
      )}
      {draft.condition === 'drawdown' && (
        <NumberField
          label={t('window')}
          hint={t('windowHint')}
          unit={t('daysUnit')}
          value={draft.windowDays}
          onChange={(windowDays) => onChange({ windowDays })}
        />
      )}
      <TextField label={t('note')} maxLength={200} value={draft.note} onChange={(note) => onChange({ note })} />
    </div>
  );
}

function isPositive(text: string): boolean {
  return /[1-9]/.test(text) && !text.startsWith('-');
}
