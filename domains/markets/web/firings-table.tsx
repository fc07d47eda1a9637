/** What fired, newest first; older ones on demand. */
import { BellRing } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, type ApiOutput, useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Button, type Column, DateText, EmptyState, Money, Table, toast } from '#web/ui';
import { termsText } from './alert-terms.ts';
import { labelOf } from './instrument-field.tsx';
import { type MarketsKey, marketsTexts } from './markets-texts.ts';

type Page = ApiOutput<'GET /api/markets/alert-firings'>;
type Firing = Page['items'][number];

export function FiringsTable() {
  const t = useTexts(marketsTexts);
  const newest = useApi('GET /api/markets/alert-firings');
  // Older pages hang from the newest one: when that changes they are asked for again, so that nothing falls between.
  const [loaded, setLoaded] = useState<{ readonly base: Page; readonly pages: readonly Page[] } | null>(null);
  const older = useMemo(() => (loaded && loaded.base === newest.data ? loaded.pages : []), [loaded, newest.data]);
  const columns = useMemo(() => firingColumns(t), [t]);
  const rows = useMemo(
    () => newest.data && [newest.data, ...older].flatMap((page) => page.items),
    [newest.data, older],
  );
  const cursor = (older.at(-1) ?? newest.data)?.nextCursor ?? null;
  const loadMore = (): void => {
    const base = newest.data;
    if (cursor === null || !base) return;
    api('GET /api/markets/alert-firings', { query: { cursor } })
      .then((page) => setLoaded({ base, pages: [...older, page] }))
      .catch((error: unknown) => toast.problem(error));
  };
  return (
    <Table
      title={t('firings')}
      urlName="avisos"
      columns={columns}
      rows={rows}
      rowId={(firing) => firing.id}
      error={newest.error}
      onRetry={() => void newest.refetch()}
      empty={<EmptyState icon={BellRing} title={t('noFirings')} detail={t('noFiringsDetail')} />}
      {...(cursor === null ? {} : { footer: <Button onClick={loadMore}>{t('loadMore')}</Button> })}
    />
  );
}

function firingColumns(t: Translate<MarketsKey>): Column<Firing>[] {
  return [
    {
      id: 'when',
      head: t('when'),
      kind: 'instant',
      widthPx: 170,
      value: (firing) => firing.firedAtMs,
      cell: (firing) => <DateText when={firing.firedAtMs} format="date-time" />,
    },
    {
      id: 'instrument',
      head: t('instrument'),
      card: 'title',
      value: (firing) => labelOf(firing.instrument),
    },
    { id: 'what', head: t('what'), value: (firing) => termsText(t, firing) },
    {
      id: 'price',
      head: t('price'),
      kind: 'decimal',
      widthPx: 150,
      card: 'figure',
      value: (firing) => firing.price,
      cell: (firing) => <Money amount={firing.price} currency={firing.currency} isPrice />,
    },
    {
      id: 'source',
      head: t('source'),
      widthPx: 160,
      value: (firing) => t(`provider_${firing.provider}`),
    },
  ];
}
