/** A table on a phone: one card per row, the title and its figure on top, the rest as labelled lines. */
import { useState } from 'react';
import { useTexts } from '#web/i18n';
import { Button } from './button.tsx';
import { cx } from './cx.ts';
import { cellOf } from './table-body.tsx';
import type { Column } from './table-columns.ts';
import type { ShownRow, TableModel } from './table-model.ts';
import { uiTexts } from './ui-texts.ts';

const CARDS_STEP = 40; // A phone screen shows six; forty is a good scroll without a pause.

export function TableCards<Row extends object>({
  columns,
  model,
  onOpen,
}: {
  readonly columns: readonly Column<Row>[];
  readonly model: TableModel<Row>;
  readonly onOpen?: (row: Row) => void;
}) {
  const t = useTexts(uiTexts);
  const [shownMax, setShownMax] = useState(CARDS_STEP);
  const restCount = model.shown.length - shownMax;
  return (
    <>
      <ul className="border-t border-line">
        {model.shown.slice(0, shownMax).map((item) => (
          <RowCard key={item.id} item={item} columns={columns} {...(onOpen ? { onOpen } : {})} />
        ))}
      </ul>
      {restCount > 0 && (
        <div className="border-t border-line p-3">
          <Button isWide onClick={() => setShownMax(shownMax + CARDS_STEP)}>
            + {t('rows', { count: restCount })}
          </Button>
        </div>
      )}
    </>
  );
}

function RowCard<Row extends object>({
  item,
  columns,
  onOpen,
}: {
  readonly item: ShownRow<Row>;
  readonly columns: readonly Column<Row>[];
  readonly onOpen?: (row: Row) => void;
}) {
  const title = columns.find((column) => column.card === 'title') ?? columns[0];
  const figure = columns.find((column) => column.card === 'figure');
  const rest = columns.filter((column) => column !== title && column !== figure && column.card !== 'hidden');
  const heading = title && <span className="min-w-0 flex-1 truncate font-medium">{cellOf(title, item.row)}</span>;
  return (
    <li className="border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex items-baseline gap-3">
        {onOpen ? (
          <button type="button" onClick={() => onOpen(item.row)} className="flex min-h-6 min-w-0 flex-1 text-left">
            {heading}
          </button>
        ) : (
          heading
        )}
        {figure && <span className="figures shrink-0 font-medium">{cellOf(figure, item.row)}</span>}
      </div>
      <dl className="mt-1 grid grid-cols-2 gap-x-4 gap-y-1 text-table">
        {rest.map((column) => (
          <div
            key={column.id}
            className={cx(
              'flex min-w-0 items-baseline justify-between gap-2',
              column.value === undefined && 'justify-end',
            )}
          >
            <dt className={cx('shrink-0 text-xs text-muted', column.value === undefined && 'sr-only')}>
              {column.head}
            </dt>
            <dd className="figures min-w-0 truncate text-right">{cellOf(column, item.row)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
