/** Rows: the whole row is the target; arrows walk, Enter opens, Space chooses, Shift+arrows choose on, Ctrl+C copies. */
import { type KeyboardEvent, type ReactNode, type RefObject, useRef, useState } from 'react';
import { useTexts } from '#web/i18n';
import { Checkbox } from './checkbox.tsx';
import { cx } from './cx.ts';
import { latePart } from './late-part.ts';
import { alignOf, type Column } from './table-columns.ts';
import { copyRows } from './table-copy.ts';
import { CELL_CLASS } from './table-head.tsx';
import type { ShownRow, TableModel } from './table-model.ts';
import { uiTexts } from './ui-texts.ts';

const FIRST_ROWS = 30; // A screenful while the code for long lists arrives.

export interface BodyProps<Row extends object> {
  readonly columns: readonly Column<Row>[];
  readonly model: TableModel<Row>;
  readonly onOpen?: (row: Row) => void;
  readonly selectionActions?: unknown;
  readonly isVirtual: boolean;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

export interface VirtualBodyProps<Row extends object> extends BodyProps<Row> {
  /** The row that had the focus when the first rows made way; its focus goes on here. */
  readonly focusedIndex: RefObject<number | null>;
}

const useVirtualBody = latePart(() => import('./table-virtual-body.tsx').then((module) => module.VirtualBody)) as () =>
  | (<Row extends object>(props: VirtualBodyProps<Row>) => ReactNode)
  | null;

export function TableBody<Row extends object>(props: BodyProps<Row>) {
  return props.isVirtual ? <LongBody {...props} /> : <WholeBody {...props} />;
}

function LongBody<Row extends object>(props: BodyProps<Row>) {
  const late = { Body: useVirtualBody() };
  const focusedIndex = useRef<number | null>(null);
  if (late.Body) return <late.Body {...props} focusedIndex={focusedIndex} />;
  return <WholeBody {...props} rowCountMax={FIRST_ROWS} onFocusIndex={(index) => (focusedIndex.current = index)} />;
}

function WholeBody<Row extends object>(
  props: BodyProps<Row> & { readonly rowCountMax?: number; readonly onFocusIndex?: (index: number | null) => void },
) {
  const walk = useRowWalk(props);
  const { onFocusIndex } = props;
  return (
    <tbody
      onKeyDown={walk.onKeyDown}
      onFocus={(focus) => onFocusIndex?.(indexOfRow(focus.target))}
      onBlur={() => onFocusIndex?.(null)}
    >
      {props.model.shown.slice(0, props.rowCountMax).map((item, index) => (
        <BodyRow key={item.id} {...props} item={item} index={index} walk={walk} />
      ))}
    </tbody>
  );
}

function indexOfRow(target: Element): number | null {
  const index = target instanceof HTMLTableRowElement ? target.dataset['index'] : undefined;
  return index === undefined ? null : Number(index);
}

export interface RowWalk {
  readonly activeIndex: number;
  readonly setActive: (index: number) => void;
  readonly onKeyDown: (press: KeyboardEvent<HTMLTableSectionElement>) => void;
}

export function useRowWalk<Row extends object>(props: BodyProps<Row>, scrollTo?: (index: number) => void): RowWalk {
  const t = useTexts(uiTexts);
  const [activeIndex, setActive] = useState(0);
  const { model, onOpen } = props;
  const move = (section: HTMLElement, index: number) => {
    const next = Math.max(0, Math.min(index, model.shown.length - 1));
    setActive(next);
    scrollTo?.(next);
    focusRow(section, next);
  };
  const onKeyDown = (press: KeyboardEvent<HTMLTableSectionElement>) => {
    // Keys pressed inside a button or field of the row belong to it.
    if (!(press.target instanceof HTMLTableRowElement)) return;
    if (press.ctrlKey || press.metaKey) return onCommand(press);
    const target = rowAfter(press.key, activeIndex, model.shown.length - 1);
    const item = model.shown[activeIndex];
    if (target !== null) {
      press.preventDefault();
      if (press.shiftKey && props.selectionActions) selectBetween(model, activeIndex, target);
      move(press.currentTarget, target);
    } else if (press.key === 'Enter' && item && onOpen) {
      onOpen(item.row);
    } else if (press.key === ' ' && item && props.selectionActions) {
      press.preventDefault();
      model.select([item.id], !model.selectedIds.has(item.id));
    }
  };
  const onCommand = (press: KeyboardEvent) => {
    if (press.key === 'a' && props.selectionActions) {
      press.preventDefault();
      selectBetween(model, 0, model.shown.length - 1);
    } else if (press.key === 'c' && getSelection()?.isCollapsed !== false) {
      press.preventDefault();
      const chosen = model.shown.filter((item) => model.selectedIds.has(item.id));
      const copied = chosen.length > 0 ? chosen : model.shown.slice(activeIndex, activeIndex + 1);
      void copyRows(
        copied.map((item) => item.row),
        props.columns,
        t,
      );
    }
  };
  return { activeIndex: Math.min(activeIndex, Math.max(0, model.shown.length - 1)), setActive, onKeyDown };
}

const FRAMES_MAX = 60; // A second: a row far away in a long list exists only after the list has scrolled to it.

export function focusRow(section: HTMLElement, index: number, framesLeft = FRAMES_MAX): void {
  requestAnimationFrame(() => {
    const row = section.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (row) row.focus();
    else if (framesLeft > 0) focusRow(section, index, framesLeft - 1);
  });
}

const PAGE_ROWS = 15;

function rowAfter(key: string, index: number, last: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + PAGE_ROWS,
    PageUp: index - PAGE_ROWS,
    Home: 0,
    End: last,
  };
  const wanted = steps[key];
  return wanted === undefined ? null : Math.max(0, Math.min(wanted, last));
}

function selectBetween<Row>(model: TableModel<Row>, from: number, to: number): void {
  const rows = model.shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  model.select(
    rows.map((item) => item.id),
    true,
  );
}

export function BodyRow<Row extends object>({
  columns,
  model,
  onOpen,
  selectionActions,
  item,
  index,
  walk,
}: BodyProps<Row> & { readonly item: ShownRow<Row>; readonly index: number; readonly walk: RowWalk }) {
  const t = useTexts(uiTexts);
  const isSelectable = selectionActions !== undefined;
  const isChosen = model.selectedIds.has(item.id);
  const isTarget = onOpen !== undefined || isSelectable;
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={isSelectable ? isChosen : undefined}
      tabIndex={isTarget ? (index === walk.activeIndex ? 0 : -1) : undefined}
      onFocus={() => walk.setActive(index)}
      onClick={(press) => {
        // A menu of the row lies elsewhere in the document, but its presses reach the row through React.
        const isInside = press.target instanceof Node && press.currentTarget.contains(press.target);
        if (onOpen && isInside && !isOwnControl(press.target)) onOpen(item.row);
      }}
      className={cx(
        'group h-[var(--row)] outline-offset-[-2px]',
        onOpen && 'cursor-pointer',
        isChosen ? 'bg-accent-soft/50' : isTarget && 'hover:bg-sunken/70',
      )}
    >
      {isSelectable && (
        <td className={cx(CELL_CLASS, 'border-b border-line group-last:border-b-0')}>
          <Checkbox
            label={t('selectRow')}
            isLabelHidden
            isChecked={isChosen}
            onChange={(isSelected) => model.select([item.id], isSelected)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          className={cx(
            CELL_CLASS,
            'border-b border-line group-last:border-b-0',
            alignOf(column) === 'end' ? 'figures text-right whitespace-nowrap' : 'truncate text-left',
          )}
        >
          {cellOf(column, item.row)}
        </td>
      ))}
    </tr>
  );
}

/** What a cell shows: its own drawing, or the plain value. */
export function cellOf<Row>(column: Column<Row>, row: Row): ReactNode {
  return column.cell ? column.cell(row) : (column.value?.(row) ?? '—');
}

function isOwnControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, input, label, [role="checkbox"]') !== null;
}
