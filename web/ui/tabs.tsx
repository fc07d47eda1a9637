/** Tabs part a page; a segmented control picks a view or a period. The chosen one belongs in the URL. */
import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export interface TabPart<Value extends string = string> {
  readonly value: Value;
  readonly label: ReactNode;
  /** Work waiting inside; zero shows nothing. */
  readonly count?: number;
  readonly content: ReactNode;
}

export function Tabs<Value extends string>({
  label,
  parts,
  value,
  onChange,
}: {
  readonly label: string;
  readonly parts: readonly TabPart<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <BaseTabs.Root value={value} onValueChange={(chosen) => onChange(chosen as Value)}>
      <BaseTabs.List
        aria-label={label}
        className="no-print relative flex gap-1 overflow-x-auto border-b border-line"
        activateOnFocus
      >
        {parts.map((part) => (
          <BaseTabs.Tab
            key={part.value}
            value={part.value}
            className="relative flex h-10 items-center gap-1.5 px-3 text-sm font-medium whitespace-nowrap text-muted outline-offset-[-2px] hover:text-fg data-active:text-fg coarse:h-11"
          >
            {part.label}
            {part.count !== undefined && part.count > 0 && (
              <span className="figures text-xs text-muted">{part.count}</span>
            )}
          </BaseTabs.Tab>
        ))}
        <BaseTabs.Indicator className="absolute bottom-0 left-0 h-0.5 w-[var(--active-tab-width)] translate-x-[var(--active-tab-left)] bg-accent transition-[translate,width] duration-150" />
      </BaseTabs.List>
      {parts.map((part) => (
        <BaseTabs.Panel key={part.value} value={part.value} className="pt-4 outline-offset-4">
          {part.content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}

export interface Segment<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
}

/** One of a few, all in sight: `1M 3M 1A`. Arrow keys move, as in any radio group. */
export function SegmentedControl<Value extends string>({
  label,
  segments,
  value,
  onChange,
  isWide,
}: {
  readonly label: string;
  readonly segments: readonly Segment<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly isWide?: boolean;
}) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(chosen) => onChange(chosen)}
      className={cx(
        'inline-flex max-w-full gap-0.5 overflow-x-auto rounded-md border border-line bg-sunken p-0.5',
        isWide && 'flex w-full',
      )}
    >
      {segments.map((segment) => (
        <Radio.Root
          key={segment.value}
          value={segment.value}
          nativeButton
          render={<button type="button" />}
          className={cx(
            'figures flex h-7 min-w-8 items-center justify-center rounded-sm border border-transparent px-2.5 text-xs font-medium whitespace-nowrap text-muted outline-offset-0',
            'hover:text-fg data-checked:border-line data-checked:bg-surface data-checked:text-fg coarse:h-10 coarse:min-w-11',
            isWide && 'flex-1',
          )}
        >
          {segment.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
