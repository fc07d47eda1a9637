/** What verifying the audit chain found. */
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import type { ApiOutput } from '#web/api';
import { useTexts } from '#web/i18n';
import { Badge, Card } from '#web/ui';
import { auditTexts } from './audit-texts.ts';

export function AuditVerdict({ verdict }: { readonly verdict: ApiOutput<'GET /api/audit-verification'> }) {
  const t = useTexts(auditTexts);
  const { fault, entryCount, anchorCount, headHash, brokenAt } = verdict;
  const Icon = fault === null ? ShieldCheck : ShieldAlert;
  return (
    <div role={fault === null ? 'status' : 'alert'}>
      <Card
        title={
          <span className="inline-flex items-center gap-2">
            <Icon size={18} aria-hidden className={fault === null ? 'text-ok' : 'text-danger'} />
            {t(fault === null ? 'verified' : 'broken')}
          </span>
        }
        aside={fault !== null && <Badge tone="danger">{fault}</Badge>}
      >
        {fault === null ? (
          <p className="text-sm">{t('verifiedDetail', { count: entryCount, anchors: anchorCount })}</p>
        ) : (
          <p className="text-sm">
            {t(`fault_${fault}`, { number: brokenAt ?? entryCount })} {t('faultAdvice')}
          </p>
        )}
        {fault === null && (
          <p className="mt-2 text-xs text-muted">
            {t('head')}: <code className="break-all">{headHash}</code> · {t('headHint')}
          </p>
        )}
      </Card>
    </div>
  );
}
