/** A field that filters what is below it; Escape empties it. */
import { Search, X } from 'lucide-react';
import type { Ref } from 'react';
import { useTexts } from '#web/i18n';
import { CONTROL_CLASS } from './control-class.ts';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

export function SearchField({
  value,
  onChange,
  label,
  placeholder,
  ref,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly placeholder?: string;
  readonly ref?: Ref<HTMLInputElement>;
}) {
  const t = useTexts(uiTexts);
  return (
    <span className="relative flex h-9 min-w-0 self-end coarse:h-11">
      <Search size={16} aria-hidden className="pointer-events-none absolute inset-y-0 left-2.5 my-auto text-muted" />
      <input
        ref={ref}
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={placeholder ?? t('filter')}
        value={value}
        onChange={(change) => onChange(change.target.value)}
        onKeyDown={(press) => {
          if (press.key === 'Escape' && value !== '') {
            press.stopPropagation();
            onChange('');
          }
        }}
        className={cx(CONTROL_CLASS, 'pr-8 pl-8')}
      />
      {value !== '' && (
        <button
          type="button"
          aria-label={t('clear')}
          onClick={() => onChange('')}
          className="absolute inset-y-0 right-0 flex w-8 items-center justify-center rounded-md text-muted hover:text-fg"
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </span>
  );
}
