/**
 * Command palette (Ctrl+K): pages, actions and whatever the domains find by name. The focus stays in the field; the list follows by
 * `aria-activedescendant`. Matching folds accents, because `nunez` must find `Núñez`.
 */
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { foldText, matchesText, useTexts } from '#web/i18n';
import { cx, Kbd } from '#web/ui';
import { keyText } from './actions.ts';
import { type PaletteEntry, useFoundEntities } from './palette-search.ts';
import { shellTexts } from './shell-texts.ts';

const SHOWN_MAX = 60; // More than a screenful helps nobody: type another letter.

export interface PaletteProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly entries: readonly PaletteEntry[];
}

export function Palette({ isOpen, onClose, entries }: PaletteProps) {
  const t = useTexts(shellTexts);
  return (
    <BaseDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="fixed inset-0 z-40 bg-shade transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <BaseDialog.Popup className="fixed top-[max(1rem,12dvh)] left-1/2 z-50 flex max-h-[min(30rem,76dvh)] w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-clip rounded-lg border border-line bg-surface shadow-overlay outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <BaseDialog.Title className="sr-only">{t('palette')}</BaseDialog.Title>
          <PaletteBody entries={entries} onClose={onClose} />
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

function PaletteBody({ entries, onClose }: Omit<PaletteProps, 'isOpen'>) {
  const t = useTexts(shellTexts);
  const id = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const found = useFoundEntities(typed);
  const shown = useMemo(
    () => [...found.entries, ...matching(entries, typed)].slice(0, SHOWN_MAX),
    [entries, found.entries, typed],
  );
  const current = Math.min(active, shown.length - 1);
  const run = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (press: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    if (step !== undefined) {
      press.preventDefault();
      setActive((current + step + shown.length) % Math.max(1, shown.length));
    } else if (press.key === 'Enter') {
      press.preventDefault();
      run(shown[current]);
    }
  };
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={18} aria-hidden className="shrink-0 text-muted" />
        <input
          role="combobox"
          aria-label={t('palette')}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={shown.length > 0 ? `${id}-${current}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('searchPrompt')}
          value={typed}
          onChange={(change) => {
            setTyped(change.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
        />
      </div>
      <PaletteList id={id} shown={shown} current={current} onRun={run} onActive={setActive} />
      <div role="status" className="border-t border-line px-4 py-2 text-xs text-muted">
        {shown.length === 0 ? (found.isSearching ? t('searching') : t('nothingFound', { typed })) : t('paletteHint')}
      </div>
    </>
  );
}

/** Best first: the label starts with what was typed, then a word does, then it is somewhere. */
function matching(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
  if (typed.trim() === '') return entries;
  const wanted = foldText(typed.trim());
  const rank = (entry: PaletteEntry) => {
    const label = foldText(entry.label);
    if (label.startsWith(wanted)) return 0;
    return label.includes(` ${wanted}`) ? 1 : 2;
  };
  return entries
    .filter((entry) => matchesText(`${entry.label} ${entry.detail ?? ''}`, typed))
    .toSorted((left, right) => rank(left) - rank(right));
}

function PaletteList({
  id,
  shown,
  current,
  onRun,
  onActive,
}: {
  readonly id: string;
  readonly shown: readonly PaletteEntry[];
  readonly current: number;
  readonly onRun: (entry: PaletteEntry) => void;
  readonly onActive: (index: number) => void;
}) {
  const t = useTexts(shellTexts);
  const groups = (['found', 'pages', 'actions'] as const).map((group) => ({
    group,
    items: shown.map((entry, index) => ({ entry, index })).filter(({ entry }) => entry.group === group),
  }));
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label={t('palette')}
      tabIndex={-1}
      className="min-h-0 overflow-y-auto p-2 empty:hidden"
    >
      {groups
        .filter(({ items }) => items.length > 0)
        .map(({ group, items }) => (
          <div key={group} role="group" aria-labelledby={`${id}-${group}`} className="not-first:mt-2">
            {group !== 'found' && (
              <div id={`${id}-${group}`} className="px-2 pt-1 pb-1.5 text-xs text-muted">
                {group === 'pages' ? t('goTo') : t('actions')}
              </div>
            )}
            {items.map(({ entry, index }) => (
              <PaletteItem
                key={entry.id}
                id={`${id}-${index}`}
                entry={entry}
                isCurrent={index === current}
                onRun={onRun}
                onActive={() => onActive(index)}
              />
            ))}
          </div>
        ))}
    </div>
  );
}

function PaletteItem({
  id,
  entry,
  isCurrent,
  onRun,
  onActive,
}: {
  readonly id: string;
  readonly entry: PaletteEntry;
  readonly isCurrent: boolean;
  readonly onRun: (entry: PaletteEntry) => void;
  readonly onActive: () => void;
}) {
  const Icon = entry.icon;
  const item = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isCurrent) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isCurrent]);
  return (
    <div
      ref={item}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isCurrent}
      onMouseMove={onActive}
      onClick={() => onRun(entry)}
      onKeyDown={(press) => press.key === 'Enter' && onRun(entry)}
      className={cx(
        'flex min-h-9 cursor-default items-center gap-3 rounded-md px-2 text-sm coarse:min-h-11',
        isCurrent ? 'bg-accent-soft text-fg' : 'text-fg',
      )}
    >
      <Icon size={16} aria-hidden className={isCurrent ? 'text-accent' : 'text-muted'} />
      <span className="truncate">{entry.label}</span>
      {entry.detail && <span className="truncate text-xs text-muted">{entry.detail}</span>}
      {entry.keys && (
        <span className="ml-auto">
          <Kbd keys={keyText(entry.keys)} />
        </span>
      )}
    </div>
  );
}
