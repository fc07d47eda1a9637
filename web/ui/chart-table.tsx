/** The data of a chart as a table, for who cannot or will not read a line. */
import { useMemo } from 'react';
import { formatDate, useTexts } from '#web/i18n';
import { type AlignedSeries, type ChartFigure, figureText, type Series } from './chart-series.ts';
import type { Column } from './table-columns.ts';
import { Table } from './table.tsx';
import { uiTexts } from './ui-texts.ts';

interface InstantRow {
  readonly atMs: number;
  readonly values: readonly (number | null)[];
}

export function ChartTable({
  title,
  series,
  data,
  figure,
}: {
  readonly title: string;
  readonly series: readonly Series[];
  readonly data: AlignedSeries;
  readonly figure: ChartFigure;
}) {
  const t = useTexts(uiTexts);
  const rows = useMemo(
    () =>
      data.atMs.map((atMs, index): InstantRow => ({ atMs, values: data.values.map((line) => line[index] ?? null) })),
    [data],
  );
  const columns = useMemo(
    (): Column<InstantRow>[] => [
      {
        id: 'date',
        head: t('date'),
        kind: 'text',
        card: 'title',
        value: (row) => new Date(row.atMs).toISOString().slice(0, 16).replace('T', ' '),
        cell: (row) => formatDate(row.atMs),
      },
      ...series.map((one, line) => ({
        id: one.id,
        head: one.label,
        kind: 'number' as const,
        value: (row: InstantRow) => row.values[line],
        cell: (row: InstantRow) => (
          <span data-money={figure.kind === 'money' ? '' : undefined}>
            {figureText(row.values[line] ?? null, figure)}
          </span>
        ),
      })),
    ],
    [series, figure, t],
  );
  return (
    <Table
      title={title}
      columns={columns}
      rows={rows}
      rowId={(row) => String(row.atMs)}
      initialSort={{ columnId: 'date', isDescending: true }}
    />
  );
}
