/**
 * Tabs part a page. The chosen one belongs in the URL. Arrows, Home and End move as the ARIA practices say; small enough to be our own,
 * which keeps four primitives' worth of code out of every page that has them.
 */
import { type KeyboardEvent, type ReactNode, useId } from 'react';
import { cx } from './cx.ts';

export interface TabPart<Value extends string = string> {
  readonly value: Value;
  readonly label: ReactNode;
  /** Work waiting inside; zero shows nothing. */
  readonly count?: number;
  readonly content: ReactNode;
}

export interface TabsProps<Value extends string> {
  readonly label: string;
  readonly parts: readonly TabPart<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

export function Tabs<Value extends string>({ label, parts, value, onChange }: TabsProps<Value>) {
  const id = useId();
  const current = Math.max(
    0,
    parts.findIndex((part) => part.value === value),
  );
  const onKeyDown = (press: KeyboardEvent<HTMLDivElement>) => {
    const last = parts.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: current === last ? 0 : current + 1,
      ArrowLeft: current === 0 ? last : current - 1,
      Home: 0,
      End: last,
    };
    const index = steps[press.key];
    const part = index === undefined ? undefined : parts[index];
    if (!part) return;
    press.preventDefault();
    onChange(part.value);
    press.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[index ?? 0]?.focus();
  };
  return (
    <div className="min-w-0">
      <div
        role="tablist"
        tabIndex={-1}
        aria-label={label}
        onKeyDown={onKeyDown}
        className="no-print flex gap-1 overflow-x-auto border-b border-line"
      >
        {parts.map((part, index) => (
          <TabButton key={part.value} id={id} part={part} isCurrent={index === current} onChange={onChange} />
        ))}
      </div>
      {parts[current] && (
        <div
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-${parts[current].value}`}
          tabIndex={-1}
          className="pt-4 outline-offset-4"
        >
          {parts[current].content}
        </div>
      )}
    </div>
  );
}

function TabButton<Value extends string>({
  id,
  part,
  isCurrent,
  onChange,
}: {
  readonly id: string;
  readonly part: TabPart<Value>;
  readonly isCurrent: boolean;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <button
      type="button"
      role="tab"
      id={`${id}-${part.value}`}
      aria-selected={isCurrent}
      aria-controls={isCurrent ? `${id}-panel` : undefined}
      tabIndex={isCurrent ? 0 : -1}
      onClick={() => onChange(part.value)}
      className={cx(
        'relative -mb-px flex h-10 items-center gap-1.5 border-b-2 px-3 text-sm font-medium whitespace-nowrap outline-offset-[-2px] coarse:h-11',
        isCurrent ? 'border-accent text-fg' : 'border-transparent text-muted hover:text-fg',
      )}
    >
      {part.label}
      {part.count !== undefined && part.count > 0 && <span className="figures text-xs text-muted">{part.count}</span>}
    </button>
  );
}
