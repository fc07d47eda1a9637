/** Choosing an instrument by typing its symbol, ISIN or name; the server searches. */
import { useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { type Choice, Combobox } from '#web/ui';
import { marketsTexts } from './markets-texts.ts';

export type Instrument = ApiOutput<'GET /api/markets/instruments'>['items'][number];

export function InstrumentField({
  value,
  onChange,
  error,
}: {
  readonly value: Instrument | null;
  readonly onChange: (instrument: Instrument | null) => void;
  readonly error?: string | undefined;
}) {
  const t = useTexts(marketsTexts);
  const [typed, setTyped] = useState('');
  // The chosen one's own label in the box is no search: everything is offered again.
  const q = value && typed === labelOf(value) ? '' : typed.trim();
  const found = useApi('GET /api/markets/instruments', { query: { q } }, { keepsPrevious: true });
  const items = (found.data?.items ?? []).filter(({ kind }) => kind !== 'cash');
  const offered = value && !items.some(({ id }) => id === value.id) ? [value, ...items] : items;
  return (
    <Combobox
      label={t('instrument')}
      placeholder={t('instrumentPlaceholder')}
      choices={offered.map(choiceOf)}
      value={value?.id ?? null}
      onChange={(id) => onChange(offered.find((instrument) => instrument.id === id) ?? null)}
      onType={setTyped}
      {...(error === undefined ? {} : { error })}
    />
  );
}

function choiceOf(instrument: Instrument): Choice {
  const detail = [instrument.isin, instrument.currency].filter(Boolean).join(' · ');
  return { value: instrument.id, label: labelOf(instrument), detail };
}

/** `BTC · Bitcoin`. */
export function labelOf(instrument: Pick<Instrument, 'symbol' | 'name'>): string {
  return instrument.symbol && instrument.symbol !== instrument.name
    ? `${instrument.symbol} · ${instrument.name}`
    : instrument.name;
}
