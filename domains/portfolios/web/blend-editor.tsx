/** The mix a portfolio is compared with: assets and their weights, in the address, so that a link shows the same comparison. */
import { X } from 'lucide-react';
import { useApi } from '#web/api';
import { formatPercent, useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Combobox, IconButton, NumberField } from '#web/ui';
import { performanceTexts } from './performance-texts.ts';

const PARTS_MAX = 20; // As many as the server takes.
const TOTAL_BPS = 10_000;

export interface BlendPart {
  readonly instrumentId: string;
  readonly weightBps: number;
}

/** The parts of the mix and how to change them; what is written badly in an address is left out. */
export function useBlend(): readonly [readonly BlendPart[], (parts: readonly BlendPart[]) => void] {
  const [text, setText] = useUrlState<string>('mezcla', '');
  const parts = text
    .split(',')
    .map((part) => part.split(':'))
    .flatMap(([instrumentId = '', weight = '']) =>
      /^[0-9a-f-]{36}$/.test(instrumentId) && /^\d{1,5}$/.test(weight)
        ? [{ instrumentId, weightBps: Number(weight) }]
        : [],
    );
  return [
    parts,
    (next) => setText(next.map(({ instrumentId, weightBps }) => `${instrumentId}:${weightBps}`).join(',')),
  ];
}

/** Adds assets, each with the weight that is left, and changes weights; says when they are not a whole. */
export function BlendEditor() {
  const t = useTexts(performanceTexts);
  const [parts, setParts] = useBlend();
  const canRead = useCan('markets.instrument.read');
  const instruments = useApi('GET /api/markets/instruments', {}, { enabled: canRead });
  if (!canRead) return null;
  const items = instruments.data?.items ?? [];
  const nameOf = (id: string): string => items.find((item) => item.id === id)?.name ?? '…';
  const total = parts.reduce((sum, part) => sum + part.weightBps, 0);
  const choices = items
    .filter(({ id }) => !parts.some((part) => part.instrumentId === id))
    .map(({ id, name, symbol }) => ({ value: id, label: name, detail: symbol ?? '' }));
  const add = (instrumentId: string | null): void => {
    if (instrumentId !== null) setParts([...parts, { instrumentId, weightBps: Math.max(0, TOTAL_BPS - total) }]);
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {parts.map((part, index) => (
        <div key={part.instrumentId} className="flex min-w-0 items-end gap-2">
          <NumberField
            label={nameOf(part.instrumentId)}
            unit="%"
            value={String(part.weightBps / 100)}
            onChange={(text) => {
              const weightBps = Math.round(Number(text ?? '0') * 100);
              if (!(weightBps >= 0 && weightBps <= TOTAL_BPS)) return;
              setParts(parts.map((other, place) => (place === index ? { ...other, weightBps } : other)));
            }}
          />
          <IconButton
            icon={X}
            label={t('removeFromBlend', { name: nameOf(part.instrumentId) })}
            onClick={() => setParts(parts.filter((_other, place) => place !== index))}
          />
        </div>
      ))}
      {parts.length < PARTS_MAX && (
        <Combobox label={t('addToBlend')} placeholder={t('addToBlend')} choices={choices} value={null} onChange={add} />
      )}
      {parts.length === 0 && <p className="text-sm text-muted">{t('blendEmpty')}</p>}
      {parts.length > 0 && total !== TOTAL_BPS && (
        <p className="text-sm text-danger">{t('blendNotWhole', { total: formatPercent(total / TOTAL_BPS) })}</p>
      )}
    </div>
  );
}
