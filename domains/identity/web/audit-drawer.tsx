/** One audit entry whole: who, from where, and each field as it was and as it is. */
import type { ReactNode } from 'react';
import { useTexts } from '#web/i18n';
import { DateText, Drawer, Stack } from '#web/ui';
import { auditActionTexts, isKnownAction } from './audit-action-texts.ts';
import { fieldChanges } from './audit-facts.ts';
import { auditTexts } from './audit-texts.ts';
import type { AuditEntry } from './audit.page.tsx';

export function AuditDrawer({ entry, onClose }: { readonly entry: AuditEntry; readonly onClose: () => void }) {
  const t = useTexts(auditTexts);
  const names = useTexts(auditActionTexts);
  const details = Object.entries(entry.details);
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={isKnownAction(entry.action) ? names(entry.action) : entry.action}
      description={<DateText when={entry.atMs} format="full" />}
    >
      <Stack>
        <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2 text-sm">
          <Fact name={t('who')}>{entry.userName ?? t('nobody')}</Fact>
          <Fact name={t('code')}>
            <code className="break-all">{entry.action}</code>
          </Fact>
          <Fact name={t('subjectId')}>
            <code className="break-all">{entry.subject}</code>
          </Fact>
          <Fact name={t('number')}>{entry.sequence}</Fact>
          {entry.ip !== '' && <Fact name={t('address')}>{entry.ip}</Fact>}
          {entry.agent !== '' && (
            <Fact name={t('device')}>
              <span className="break-words">{entry.agent}</span>
            </Fact>
          )}
          {entry.credentialId !== null && (
            <Fact name={t('credential')}>
              <code className="break-all">{entry.credentialId}</code>
            </Fact>
          )}
          {details.map(([name, value]) => (
            <Fact key={name} name={name}>
              <span className="break-words">{value}</span>
            </Fact>
          ))}
        </dl>
        <Changes entry={entry} />
      </Stack>
    </Drawer>
  );
}

function Changes({ entry }: { readonly entry: AuditEntry }) {
  const t = useTexts(auditTexts);
  const changes = fieldChanges(entry.before, entry.after);
  if (changes.length === 0) return <p className="text-sm text-muted">{t('unchanged')}</p>;
  return (
    <table className="w-full table-fixed text-sm">
      <thead>
        <tr className="border-b border-line text-left text-muted">
          <th scope="col" className="w-1/4 py-2 pr-3 font-medium">
            {t('field')}
          </th>
          <th scope="col" className="py-2 pr-3 font-medium">
            {t('before')}
          </th>
          <th scope="col" className="py-2 font-medium">
            {t('after')}
          </th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, before, after, isChanged }) => (
          <tr key={field} className="border-b border-line align-top last:border-b-0">
            <th scope="row" className="py-2 pr-3 text-left font-normal break-words text-muted">
              {field}
            </th>
            <td className="py-2 pr-3 break-words whitespace-pre-wrap">
              {before === null ? t('nothing') : isChanged ? <del>{before}</del> : before}
            </td>
            <td className="py-2 break-words whitespace-pre-wrap">
              {after === null ? (
                t('nothing')
              ) : isChanged ? (
                <ins className="font-medium no-underline">{after}</ins>
              ) : (
                after
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="break-words text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
