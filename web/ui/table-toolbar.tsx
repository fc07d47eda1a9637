/** Head of a table: title, count, filter, copy and export; the actions of the chosen rows replace them while some are chosen. */
import { Copy, Download, EllipsisVertical, FileSpreadsheet } from 'lucide-react';
import { formatCount, useTexts } from '#web/i18n';
import { IconButton } from './button.tsx';
import { SearchField } from './search-field.tsx';
import { Menu } from './menu.tsx';
import { saveText } from './save-text.ts';
import { copyRows } from './table-copy.ts';
import { toCsv } from './table-columns.ts';
import type { TableModel } from './table-model.ts';
import type { TableProps } from './table.tsx';
import { toast } from './toast.tsx';
import { uiTexts } from './ui-texts.ts';

const FILTER_FROM = 8; // Fewer rows are read faster than typed for.

export function TableToolbar<Row extends object>(props: TableProps<Row> & { readonly model: TableModel<Row> }) {
  const { title, rows, model, actions, isBare, isPlain, selectionActions } = props;
  const t = useTexts(uiTexts);
  const chosen = model.shown.filter((item) => model.selectedIds.has(item.id)).map((item) => item.row);
  const hiddenCount = model.selectedIds.size - chosen.length;
  const hasRows = rows !== undefined && rows.length > 0;
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      {!isBare && <h2 className="text-base font-semibold">{title}</h2>}
      {hasRows && (
        <span className="figures text-sm text-muted" role="status">
          {formatCount(model.shown.length)}
          <span className="sr-only"> {t('rows', { count: model.shown.length })}</span>
        </span>
      )}
      {selectionActions && (
        <span className="figures text-sm text-muted" role="status">
          {model.selectedIds.size > 0 && t('chosen', { count: chosen.length })}
          {hiddenCount > 0 && ` · ${t('chosenHidden', { count: hiddenCount })}`}
        </span>
      )}
      <div className="no-print ml-auto flex min-w-0 flex-wrap items-center gap-2">
        {chosen.length > 0 && selectionActions?.(chosen, model.clearSelection)}
        {hasRows && !isPlain && rows.length >= FILTER_FROM && (
          <div className="w-56 max-w-full">
            <SearchField label={`${t('search')}: ${title}`} value={model.typed} onChange={model.setTyped} />
          </div>
        )}
        {actions}
        {hasRows && !isPlain && <TableExport {...props} />}
      </div>
    </header>
  );
}

function TableExport<Row extends object>({
  title,
  columns,
  model,
}: TableProps<Row> & { readonly model: TableModel<Row> }) {
  const t = useTexts(uiTexts);
  const rows = model.shown.map((item) => item.row);
  const saveWorkbook = async () => {
    try {
      const { saveXlsx } = await import('./table-xlsx.ts');
      await saveXlsx(title, rows, columns);
    } catch {
      toast.failed({ title: t('exportFailed'), detail: t('exportFailedDetail') });
    }
  };
  return (
    <Menu
      trigger={<IconButton icon={EllipsisVertical} label={t('tableActions')} />}
      groups={[
        [
          { id: 'copy', label: t('copyTable'), icon: Copy, onSelect: () => void copyRows(rows, columns, t) },
          {
            id: 'csv',
            label: t('exportTable'),
            icon: Download,
            onSelect: () => saveText(`${title}.csv`, toCsv(rows, columns)),
          },
          { id: 'xlsx', label: t('exportXlsx'), icon: FileSpreadsheet, onSelect: () => void saveWorkbook() },
        ],
      ]}
    />
  );
}
