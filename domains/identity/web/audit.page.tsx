/** The audit trail: who did what, filtered, opened and exported, and whether the chain of entries is whole. */
import { ShieldCheck } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ApiOutput, useApi, useApiPages } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import { Button, type Column, DateText, EmptyState, ErrorState, PageHeader, Stack, Table } from '#web/ui';
import { auditActionTexts, isKnownAction } from './audit-action-texts.ts';
import { AuditDrawer } from './audit-drawer.tsx';
import { changeLine, subjectText } from './audit-facts.ts';
import { AuditFilters, useAuditQuery } from './audit-filters.tsx';
import { type AuditKey, auditTexts } from './audit-texts.ts';
import { AuditVerdict } from './audit-verdict.tsx';

export type AuditEntry = ApiOutput<'GET /api/audit-entries'>['items'][number];

export default function AuditPage() {
  const t = useTexts(auditTexts);
  const names = useTexts(auditActionTexts);
  const query = useAuditQuery();
  const [openNumber, setOpenNumber] = useUrlState<string>('anotacion', '');
  const [isAsked, setAsked] = useState(false);
  const verification = useApi('GET /api/audit-verification', undefined, { enabled: isAsked });
  const entries = useApiPages('GET /api/audit-entries', { query });
  const columns = useMemo(
    () => entryColumns(t, (action) => (isKnownAction(action) ? names(action) : action)),
    [t, names],
  );
  const opened = entries.items?.find(({ sequence }) => String(sequence) === openNumber);
  const verify = (): void => {
    if (isAsked) void verification.refetch();
    else setAsked(true);
  };
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('lead')}
        back={{ to: '/ajustes', label: t('settings') }}
        actions={
          <Button icon={ShieldCheck} isBusy={verification.isFetching} onClick={verify}>
            {t('verify')}
          </Button>
        }
      />
      <Stack>
        {verification.error && <ErrorState error={verification.error} onRetry={verify} />}
        {verification.data && <AuditVerdict verdict={verification.data} />}
        <AuditFilters isFiltered={Object.keys(query).length > 0} />
        <Table
          title={t('entries')}
          columns={columns}
          rows={entries.items}
          rowId={({ sequence }) => String(sequence)}
          onOpen={({ sequence }) => setOpenNumber(String(sequence))}
          error={entries.error}
          onRetry={entries.retry}
          words={{ day_not_valid: { title: t('problem_day_not_valid'), detail: t('problem_day_not_valid_detail') } }}
          empty={<EmptyState title={t('empty')} detail={t('emptyDetail')} />}
          footer={
            entries.hasMore && (
              <Button isBusy={entries.isLoadingMore} onClick={() => void entries.loadMore()}>
                {t('more')}
              </Button>
            )
          }
        />
      </Stack>
      {opened && <AuditDrawer entry={opened} onClose={() => setOpenNumber('')} />}
    </>
  );
}

function entryColumns(t: Translate<AuditKey>, nameOf: (action: string) => string): Column<AuditEntry>[] {
  return [
    {
      id: 'when',
      head: t('when'),
      widthPx: 170,
      // The same text for sorting and for CSV, in every language.
      value: ({ atMs }) => new Date(atMs).toISOString(),
      cell: ({ atMs }) => <DateText when={atMs} format="date-time" />,
    },
    { id: 'who', head: t('who'), widthPx: 160, value: ({ userName }) => userName ?? t('nobody') },
    {
      id: 'what',
      head: t('what'),
      widthPx: 240,
      card: 'title',
      value: ({ action }) => nameOf(action),
      cell: ({ action }) => <span className="font-medium">{nameOf(action)}</span>,
    },
    { id: 'subject', head: t('subject'), widthPx: 180, value: subjectText },
    {
      id: 'change',
      head: t('change'),
      card: 'hidden',
      value: ({ before, after }) => changeLine(before, after),
      cell: ({ before, after }) => (
        <span className="block max-w-[26rem] truncate text-muted">{changeLine(before, after)}</span>
      ),
    },
    { id: 'address', head: t('address'), widthPx: 130, card: 'hidden', value: ({ ip }) => ip },
  ];
}
