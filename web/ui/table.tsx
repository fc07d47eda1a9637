/**
 * Table: sort, filter, selection, keyboard, copy and export of exactly what is on screen; cards on a phone; every row when printed.
 * Above `VIRTUAL_FROM` rows only those in sight exist in the page.
 */
import { type ReactNode, useEffect, useRef } from 'react';
import { useTexts } from '#web/i18n';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { useIsPhone, useIsPrinting } from './media.ts';
import type { ProblemWords } from './problem-text.ts';
import { EmptyState, ErrorState, Skeleton } from './states.tsx';
import { TableBody } from './table-body.tsx';
import { TableCards } from './table-cards.tsx';
import type { Column } from './table-columns.ts';
import { TableHead } from './table-head.tsx';
import { type SortChoice, type TableModel, useTableModel } from './table-model.ts';
import { TableToolbar } from './table-toolbar.tsx';
import { uiTexts } from './ui-texts.ts';

const VIRTUAL_FROM = 80; // Below this the browser is faster without help, and find-in-page sees every row.

export interface TableProps<Row extends object> {
  /** Names the table for readers; shown as its title unless `isBare`. */
  readonly title: string;
  /** Keep it outside the component or memoised: a new array on every render sorts again. */
  readonly columns: readonly Column<Row>[];
  /** Undefined while loading. */
  readonly rows: readonly Row[] | undefined;
  readonly rowId: (row: Row) => string;
  /** The whole row is the target; Enter does the same. */
  readonly onOpen?: (row: Row) => void;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly words?: ProblemWords;
  /** What to show when there are no rows at all: use `EmptyState` with an action. */
  readonly empty?: ReactNode;
  readonly actions?: ReactNode;
  readonly initialSort?: SortChoice;
  /** Puts order and filter into the address under this name; the page's own tables have one, those of dialogs do not. */
  readonly urlName?: string;
  /** Buttons for the chosen rows; present = rows can be chosen. */
  readonly selectionActions?: (rows: readonly Row[], clear: () => void) => ReactNode;
  /** Inside a card or tab that has its own frame and title. */
  readonly isBare?: boolean;
  /** Small tables need neither filter nor export. */
  readonly isPlain?: boolean;
  /** Under the rows: totals, or a button that loads more. */
  readonly footer?: ReactNode;
}

export function Table<Row extends object>(props: TableProps<Row>) {
  const { title, columns, rows, rowId, isBare, initialSort, urlName } = props;
  const model = useTableModel({ columns, rows: rows ?? [], rowId, initialSort, urlName });
  const hasToolbar = !isBare || !props.isPlain || props.actions !== undefined;
  return (
    <section
      aria-label={title}
      className={cx('min-w-0', !isBare && 'overflow-clip rounded-lg border border-line bg-surface')}
    >
      {hasToolbar && <TableToolbar {...props} model={model} />}
      <TableContent {...props} model={model} />
      {props.footer && <div className="border-t border-line px-4 py-3 text-sm">{props.footer}</div>}
    </section>
  );
}

function TableContent<Row extends object>(props: TableProps<Row> & { readonly model: TableModel<Row> }) {
  const t = useTexts(uiTexts);
  const isPhone = useIsPhone();
  const isPrinting = useIsPrinting();
  const { rows, error, onRetry, words, empty, model } = props;
  if (rows === undefined && error) {
    return <ErrorState error={error} {...(onRetry ? { onRetry } : {})} {...(words ? { words } : {})} />;
  }
  if (rows === undefined) return <Skeleton rowCount={6} className="border-t border-line p-4" />;
  if (rows.length === 0)
    return <div className="border-t border-line">{empty ?? <EmptyState title={t('emptyTable')} />}</div>;
  if (model.shown.length === 0) {
    return (
      <div className="border-t border-line">
        <EmptyState
          title={t('emptyFilter')}
          action={<Button onClick={() => model.setTyped('')}>{t('clearFilter')}</Button>}
        />
      </div>
    );
  }
  if (isPhone && !isPrinting) return <TableCards {...props} />;
  return <TableGrid {...props} isVirtual={model.shown.length > VIRTUAL_FROM && !isPrinting} />;
}

function TableGrid<Row extends object>(
  props: TableProps<Row> & { readonly model: TableModel<Row>; readonly isVirtual: boolean },
) {
  const { columns, model, isVirtual, selectionActions, title } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { typed, sort } = model;
  const question = `${typed}\n${sort?.columnId}\n${sort?.isDescending}`;
  const answered = useRef(question);
  useEffect(() => {
    if (answered.current === question) return;
    answered.current = question;
    // A new order or filter is read from its first row.
    scroller.current?.scrollTo({ top: 0 });
  }, [question]);
  const isSelectable = selectionActions !== undefined;
  return (
    <div
      ref={scroller}
      role={isVirtual ? 'group' : undefined}
      aria-label={isVirtual ? title : undefined}
      // A list that scrolls must be reachable by keyboard; where rows take the focus they are the way in.
      tabIndex={isVirtual && props.onOpen === undefined && !isSelectable ? 0 : undefined}
      className={cx(
        'relative overflow-x-auto border-t border-line',
        isVirtual && 'max-h-[min(70dvh,48rem)] overflow-y-auto',
      )}
    >
      <table
        aria-label={title}
        aria-rowcount={model.shown.length + 1}
        className={cx(
          'w-full border-separate border-spacing-0 text-[length:var(--row-text)]',
          isVirtual && 'table-fixed',
        )}
      >
        <colgroup>
          {isSelectable && <col width={40} />}
          {columns.map((column) => (
            <col key={column.id} width={column.widthPx} />
          ))}
        </colgroup>
        <TableHead columns={columns} model={model} isSelectable={isSelectable} />
        <TableBody {...props} scroller={scroller} />
      </table>
    </div>
  );
}
