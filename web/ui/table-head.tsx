/** Column heads: a button that orders, with the order said in `aria-sort`. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { Checkbox } from './checkbox.tsx';
import { cx } from './cx.ts';
import { alignOf, type Column } from './table-columns.ts';
import type { TableModel } from './table-model.ts';
import { uiTexts } from './ui-texts.ts';

/** 16 px between neighbours, so that a right-aligned figure never touches the next column. */
export const CELL_CLASS = 'px-2 first:pl-4 last:pr-4';

export function TableHead<Row extends object>({
  columns,
  model,
  isSelectable,
}: {
  readonly columns: readonly Column<Row>[];
  readonly model: TableModel<Row>;
  readonly isSelectable: boolean;
}) {
  const t = useTexts(uiTexts);
  const chosenCount = model.shown.filter((item) => model.selectedIds.has(item.id)).length;
  return (
    <thead className="sticky top-0 z-10 bg-surface">
      <tr aria-rowindex={1}>
        {isSelectable && (
          <th scope="col" className={cx(CELL_CLASS, 'border-b border-line')}>
            <Checkbox
              label={t('selectAll')}
              isLabelHidden
              isChecked={chosenCount > 0 && chosenCount === model.shown.length}
              isPartly={chosenCount > 0 && chosenCount < model.shown.length}
              onChange={(isChecked) =>
                model.select(
                  model.shown.map((item) => item.id),
                  isChecked,
                )
              }
            />
          </th>
        )}
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} model={model} />
        ))}
      </tr>
    </thead>
  );
}

function HeadCell<Row extends object>({
  column,
  model,
}: {
  readonly column: Column<Row>;
  readonly model: TableModel<Row>;
}) {
  const t = useTexts(uiTexts);
  const isEnd = alignOf(column) === 'end';
  const sort = model.sort?.columnId === column.id ? model.sort : null;
  const words = (
    <>
      <span className="truncate">{column.head}</span>
      {column.unit && <span className="font-normal text-faint">{column.unit}</span>}
    </>
  );
  const isSortable = column.value !== undefined && column.isSortable !== false;
  const Arrow = sort?.isDescending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={sort ? (sort.isDescending ? 'descending' : 'ascending') : undefined}
      className={cx(
        CELL_CLASS,
        'h-9 border-b border-line text-xs font-medium whitespace-nowrap text-muted',
        isEnd ? 'text-right' : 'text-left',
      )}
    >
      {isSortable ? (
        <button
          type="button"
          title={t('sortBy', { column: column.head })}
          onClick={() => model.toggleSort(column)}
          className={cx(
            '-mx-1 inline-flex h-7 max-w-full items-center gap-1 rounded-sm px-1 hover:text-fg',
            isEnd && 'flex-row-reverse',
            sort && 'text-fg',
          )}
        >
          <span className="inline-flex min-w-0 items-baseline gap-1">{words}</span>
          {sort && <Arrow size={12} aria-hidden className="shrink-0" />}
        </button>
      ) : (
        <span className="inline-flex items-baseline gap-1">{words}</span>
      )}
    </th>
  );
}
