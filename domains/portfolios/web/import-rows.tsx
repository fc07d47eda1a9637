/** The rows of an import: what each becomes, as the file wrote it, and what there is to say about it. */
import { useMemo, useState } from 'react';
import { useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import { Badge, Button, type Column, DateText, EmptyState, Money, Quantity, SegmentedControl, Table } from '#web/ui';
import { type ImportKey, importTexts } from './import-texts.ts';
import { type ImportDetail, type ImportRow, ROW_TONES } from './import-words.ts';
import { portfolioTexts } from './texts.ts';

const PAGE_ROWS = 200;
const SHOWN = ['all', 'new', 'already', 'errors', 'skipped'] as const;
type Show = (typeof SHOWN)[number];

export function ImportRows({ detail, language }: { readonly detail: ImportDetail; readonly language: 'es' | 'en' }) {
  const t = useTexts(importTexts);
  const [show, setShow] = useUrlState<Show>('filas', 'all', SHOWN);
  const [starts, setStarts] = useState<readonly number[]>([-1]);
  const after = starts.at(-1) ?? -1;
  const params = { importId: detail.id };
  const page = useApi(
    'GET /api/imports/:importId/rows',
    { params, query: { show, after, limit: PAGE_ROWS } },
    { keepsPrevious: true },
  );
  const columns = useMemo(() => rowColumns(t, language), [t, language]);
  const next = page.data?.nextAfter ?? null;
  const choose = (value: Show): void => {
    setStarts([-1]);
    setShow(value);
  };
  return (
    <Table
      title={t('rows')}
      urlName="filas"
      columns={columns}
      rows={page.data?.items}
      rowId={(row) => String(row.position)}
      error={page.error}
      onRetry={() => void page.refetch()}
      empty={<EmptyState title={t('noRows')} />}
      actions={
        <SegmentedControl
          label={t('showLabel')}
          value={show}
          onChange={choose}
          segments={SHOWN.map((value) => ({ value, label: t(`show_${value}`) }))}
        />
      }
      footer={
        next === null && starts.length === 1 ? undefined : (
          <span className="flex justify-end gap-2">
            <Button disabled={starts.length === 1} onClick={() => setStarts(starts.slice(0, -1))}>
              {t('previousPage')}
            </Button>
            <Button disabled={next === null} onClick={() => next !== null && setStarts([...starts, next])}>
              {t('nextPage')}
            </Button>
          </span>
        )
      }
    />
  );
}

function rowColumns(t: Translate<ImportKey>, language: 'es' | 'en'): Column<ImportRow>[] {
  const remarks = (row: ImportRow): string => row.issues.map((issue) => issue.message[language]).join(' ');
  return [
    {
      id: 'row',
      head: t('row'),
      widthPx: 150,
      card: 'title',
      isSortable: false,
      value: (row) => `${row.sheet.trim()} · ${row.row}`,
    },
    {
      id: 'status',
      head: t('status'),
      widthPx: 110,
      card: 'figure',
      value: (row) => t(`row_${row.status}`),
      cell: (row) => <Badge tone={ROW_TONES[row.status]}>{t(`row_${row.status}`)}</Badge>,
    },
    {
      id: 'result',
      head: t('result'),
      widthPx: 300,
      isSortable: false,
      value: (row) =>
        row.events.map((event) => `${event.type} ${event.quantity ?? ''} ${event.instrument?.name ?? ''}`).join(', '),
      cell: (row) => <Events row={row} />,
    },
    {
      id: 'remarks',
      head: t('remarks'),
      isSortable: false,
      value: remarks,
      cell: (row) => <Remarks row={row} language={language} />,
    },
    {
      id: 'file',
      head: t('inFile'),
      card: 'hidden',
      isSortable: false,
      value: fileText,
      cell: (row) => <span className="block max-w-md text-xs whitespace-normal text-muted">{fileText(row)}</span>,
    },
  ];
}

/** The row as the file wrote it: `Ticker: BTC · Cantidad: 0,5`. */
function fileText(row: ImportRow): string {
  return row.shown.map(([head, text]) => (head === '' ? text : `${head}: ${text}`)).join(' · ');
}

function Events({ row }: { readonly row: ImportRow }) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(importTexts);
  return (
    <span className="flex max-w-xs flex-col gap-0.5 py-1 text-xs whitespace-normal">
      {row.events.map((event, index) => {
        const key = `type_${event.type}`;
        const type = key in portfolioTexts.es ? t(key as keyof (typeof portfolioTexts)['es']) : event.type;
        return (
          // Events of a row have no id of their own and never change places.
          // eslint-disable-next-line react/no-array-index-key
          <span key={index}>
            <span className="font-medium">{type}</span> <DateText when={event.date} />{' '}
            {event.quantity !== null && <Quantity quantity={event.quantity} />}{' '}
            {event.instrument?.name ?? event.accountName}
            {event.amount !== null ? (
              <>
                {' '}
                · <Money amount={event.amount} currency={event.currency} />
              </>
            ) : (
              event.price !== null && (
                <>
                  {' '}
                  × <Money amount={event.price} currency={event.currency} isPrice />
                </>
              )
            )}
            {event.manualPrice !== null && (
              <span className="text-muted">
                {' '}
                · {words('worth', { price: '' })}
                <Money amount={event.manualPrice} currency={event.currency} isPrice />
              </span>
            )}
          </span>
        );
      })}
    </span>
  );
}

function Remarks({ row, language }: { readonly row: ImportRow; readonly language: 'es' | 'en' }) {
  const tones = { error: 'text-danger', warning: 'text-warn', info: 'text-muted' };
  return (
    <span className="flex max-w-sm flex-col gap-0.5 py-1 text-xs whitespace-normal">
      {row.issues.map((issue) => (
        <span key={`${issue.code} ${issue.cell ?? ''}`} className={tones[issue.severity]}>
          {issue.cell && <span className="figures font-medium">{issue.cell}: </span>}
          {issue.message[language]}
        </span>
      ))}
    </span>
  );
}
