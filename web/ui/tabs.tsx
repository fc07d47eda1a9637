/** Tabs part a page. The chosen one belongs in the URL. */
import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

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
