/** The catalogue as a table: what each role may do, grouped by domain. Read-only: permissions come with the role. */
import { Check, Minus } from 'lucide-react';
import { type ApiOutput, useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { Async, Card } from '#web/ui';
import { peopleTexts } from './people-texts.ts';

type Catalogue = ApiOutput<'GET /api/permissions'>;

export function PermissionMatrix() {
  const t = useTexts(peopleTexts);
  const catalogue = useApi('GET /api/permissions');
  return (
    <Card title={t('matrix')} aside={t('matrixLead')} isFlush>
      <Async query={catalogue} rowCount={8}>
        {(data) => <Matrix catalogue={data} />}
      </Async>
    </Card>
  );
}

function Matrix({ catalogue }: { readonly catalogue: Catalogue }) {
  const t = useTexts(peopleTexts);
  const { language } = usePreferences();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section aria-label={t('matrix')} tabIndex={0} className="relative overflow-x-auto border-t border-line">
      <table className="w-full text-table">
        <thead>
          <tr className="border-b border-line text-muted">
            <th scope="col" className="sticky left-0 bg-surface px-4 py-2 text-left font-medium">
              {t('permission')}
            </th>
            {catalogue.roles.map((role) => (
              <th key={role} scope="col" className="px-2 py-2 text-center font-medium whitespace-nowrap">
                {t(`role_${role}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {catalogue.items.map((permission) => (
            <tr key={permission.name} className="border-b border-line last:border-b-0">
              <th scope="row" className="sticky left-0 min-w-44 bg-surface px-4 py-2 text-left font-normal">
                <span className="block">{language === 'es' ? permission.summaryEs : permission.summary}</span>
                <code className="block text-xs text-muted">{permission.name}</code>
              </th>
              {catalogue.roles.map((role) => (
                <td key={role} className="px-2 py-2 text-center">
                  <Mark isHeld={permission.roles.includes(role)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Mark({ isHeld }: { readonly isHeld: boolean }) {
  const t = useTexts(peopleTexts);
  const Icon = isHeld ? Check : Minus;
  return (
    <>
      <Icon size={16} aria-hidden className={isHeld ? 'mx-auto text-ok' : 'mx-auto text-faint'} />
      <span className="sr-only">{t(isHeld ? 'holds' : 'lacks')}</span>
    </>
  );
}
