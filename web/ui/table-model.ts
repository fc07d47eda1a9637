/** The table's model: TanStack Table owns the order; the filter folds accents and the selection is a set, so they are ours. */
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useDeferredValue, useMemo, useState } from 'react';
import { foldText } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { useTableAddress } from './table-address.ts';
import { type Column, compareValues, haystackOf } from './table-columns.ts';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});

export interface SortChoice {
  readonly columnId: string;
  readonly isDescending: boolean;
}

export interface ShownRow<Row> {
  readonly id: string;
  readonly row: Row;
}

export interface TableModel<Row> {
  /** Filtered and ordered: exactly what is on screen, copied and exported. */
  readonly shown: readonly ShownRow<Row>[];
  readonly totalCount: number;
  readonly typed: string;
  readonly setTyped: (typed: string) => void;
  readonly sort: SortChoice | null;
  /** Next order of a column: up, down, then the list's own. */
  readonly toggleSort: (column: Column<Row>) => void;
  readonly selectedIds: ReadonlySet<string>;
  readonly select: (ids: readonly string[], isSelected: boolean) => void;
  readonly clearSelection: () => void;
}

interface ModelInput<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  readonly initialSort?: SortChoice | undefined;
  readonly urlName?: string | undefined;
}

export function useTableModel<Row extends object>(input: ModelInput<Row>): TableModel<Row> {
  const { columns, rows, rowId, initialSort, urlName } = input;
  const columnIds = useMemo(() => columns.filter((column) => column.value).map((column) => column.id), [columns]);
  const { typed, setTyped, sort, setSort } = useTableAddress({ urlName, initialSort, columnIds });
  const sortId = sort?.columnId;
  const isDescending = sort?.isDescending ?? false;
  const sorting = useMemo(
    (): SortingState => (sortId === undefined ? [] : [{ id: sortId, desc: isDescending }]),
    [sortId, isDescending],
  );
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set());
  const data = useFiltered(rows, columns, typed);
  const columnDefs = useColumnDefs(columns);
  const table = useTable({
    features,
    columns: columnDefs,
    data,
    getRowId: rowId,
    state: { sorting },
  });
  const ordered = table.getRowModel().rows;
  const shown = useMemo(() => ordered.map((item) => ({ id: item.id, row: item.original })), [ordered]);
  return {
    shown,
    totalCount: rows.length,
    typed,
    setTyped,
    sort,
    toggleSort: (column) => setSort(nextSort(sort, column)),
    selectedIds,
    select: (ids, isSelected) => setSelectedIds((current) => changedSet(current, ids, isSelected)),
    clearSelection: () => setSelectedIds(new Set()),
  };
}

function useFiltered<Row extends object>(rows: readonly Row[], columns: readonly Column<Row>[], typed: string): Row[] {
  const wanted = useDeferredValue(typed);
  return useMemo(() => {
    const words = foldText(wanted).split(/\s+/).filter(Boolean);
    if (words.length === 0) return [...rows];
    return rows.filter((row) => {
      const haystack = haystackOf(row, columns);
      return words.every((word) => haystack.includes(word));
    });
  }, [rows, columns, wanted]);
}

function useColumnDefs<Row extends object>(columns: readonly Column<Row>[]) {
  const { language } = usePreferences();
  return useMemo(() => {
    const helper = createColumnHelper<typeof features, Row>();
    return columns.map((column) => {
      const compare = compareValues(column.kind ?? 'text', language);
      return helper.accessor((row: Row): unknown => column.value?.(row) ?? undefined, {
        id: column.id,
        header: column.head,
        sortUndefined: 'last',
        sortFn: (left, right, id) => compare(left.getValue(id), right.getValue(id)),
      });
    });
  }, [columns, language]);
}

function nextSort<Row>(current: SortChoice | null, column: Column<Row>): SortChoice | null {
  const now = current?.columnId === column.id ? current : null;
  // Figures are usually wanted largest first, instants newest first; names from A.
  const startsDescending = column.kind !== undefined && column.kind !== 'text';
  if (!now) return { columnId: column.id, isDescending: startsDescending };
  return now.isDescending === startsDescending ? { columnId: column.id, isDescending: !startsDescending } : null;
}

function changedSet(current: ReadonlySet<string>, ids: readonly string[], isSelected: boolean): ReadonlySet<string> {
  const next = new Set(current);
  for (const id of ids) {
    if (isSelected) next.add(id);
    else next.delete(id);
  }
  return next;
}
