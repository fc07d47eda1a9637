/** One target of a model being written: what, how much, how far it may drift, and what is bought for it. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { type Choice, Combobox, IconButton, NumberField, Select } from '#web/ui';
import { planningTexts } from '../planning-texts.ts';
import { ASSET_CLASSES, bpsOf, type ModelView, percentOf } from './planning-view.ts';

type ShownTarget = ModelView['targets'][number];

export interface Line {
  readonly id: number;
  /** `class:equity`, `instrument:<id>`; null while empty. */
  readonly subject: string | null;
  readonly weight: string | null;
  readonly bandKind: 'absolute' | 'relative';
  readonly band: string | null;
  readonly buyInstrumentId: string | null;
}

export const EMPTY_LINE = (id: number): Line => ({
  id,
  subject: null,
  weight: null,
  bandKind: 'absolute',
  band: '5',
  buyInstrumentId: null,
});

export function lineOf(target: ShownTarget, id: number): Line {
  return {
    id,
    subject: target.key,
    weight: percentOf(target.weightBps),
    bandKind: target.band.kind,
    band: percentOf(target.band.bps),
    buyInstrumentId: target.buyInstrument?.id ?? null,
  };
}

/** The target as the server takes it; null while something is missing. */
export function targetOf({ subject, weight, bandKind, band, buyInstrumentId }: Line) {
  const [weightBps, bandBps] = [bpsOf(weight), bpsOf(band)];
  if (subject === null || weightBps === null || bandBps === null) return null;
  const [kind, name = ''] = subject.split(':');
  const assetClass = kind === 'class' ? (ASSET_CLASSES.find((each) => each === name) ?? null) : null;
  const isClass = assetClass !== null;
  return {
    assetClass,
    instrumentId: isClass ? null : name,
    weightBps,
    band: { kind: bandKind, bps: bandBps },
    buyInstrumentId: isClass ? buyInstrumentId : null,
  };
}

export function TargetLine({
  line,
  named,
  onChange,
  onRemove,
}: {
  readonly line: Line;
  /** What the model names today, so that it is offered without a search. */
  readonly named: readonly ShownTarget[];
  readonly onChange: (line: Line) => void;
  readonly onRemove: () => void;
}) {
  const t = useTexts(planningTexts);
  const instruments = useInstrumentChoices(named);
  const classes: Choice[] = ASSET_CLASSES.map((each) => ({ value: `class:${each}`, label: t(`class_${each}`) }));
  const subjects = [...classes, ...instruments.choices.map((each) => ({ ...each, value: `instrument:${each.value}` }))];
  const isClass = line.subject?.startsWith('class:') ?? false;
  const name = subjects.find(({ value }) => value === line.subject)?.label ?? '';
  return (
    <div className="grid grid-cols-2 items-start gap-2 rounded-md border border-line p-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1.2fr)_minmax(0,1fr)_auto]">
      <span className="col-span-2 sm:col-span-1">
        <Combobox
          label={t('what')}
          choices={subjects}
          value={line.subject}
          onChange={(subject) => onChange({ ...line, subject })}
          onType={instruments.setTyped}
        />
      </span>
      <NumberField
        label={t('weight')}
        unit="%"
        value={line.weight}
        onChange={(weight) => onChange({ ...line, weight })}
      />
      <Select
        label={t('bandKind')}
        choices={(['absolute', 'relative'] as const).map((value) => ({ value, label: t(`band_${value}`) }))}
        value={line.bandKind}
        onChange={(bandKind) => onChange({ ...line, bandKind })}
      />
      <NumberField label={t('band')} unit="%" value={line.band} onChange={(band) => onChange({ ...line, band })} />
      <span className="self-end justify-self-end">
        <IconButton icon={Trash2} label={t('removeTarget', { name })} onClick={onRemove} />
      </span>
      {isClass && line.subject !== 'class:cash' && (
        <span className="col-span-2 sm:col-span-5">
          <Combobox
            label={t('buys')}
            hint={t('buysHint')}
            choices={instruments.choices}
            value={line.buyInstrumentId}
            onChange={(buyInstrumentId) => onChange({ ...line, buyInstrumentId })}
            onType={instruments.setTyped}
          />
        </span>
      )}
    </div>
  );
}

/** Instruments of the workspace, searched by the server as somebody types. */
function useInstrumentChoices(named: readonly ShownTarget[]) {
  const [typed, setTyped] = useState('');
  const found = useApi('GET /api/markets/instruments', { query: { q: typed.slice(0, 100) } }, { keepsPrevious: true });
  const known = named
    .flatMap(({ instrument, buyInstrument }) => [instrument, buyInstrument])
    .filter((each) => each !== null);
  const items = (found.data?.items ?? []).filter(({ kind }) => kind !== 'cash');
  const byId = new Map([...known, ...items].map((each) => [each.id, each]));
  const choices = [...byId.values()].map(({ id, name, symbol }) => ({
    value: id,
    label: symbol && symbol !== name ? `${symbol} · ${name}` : name,
  }));
  return { choices, setTyped };
}
