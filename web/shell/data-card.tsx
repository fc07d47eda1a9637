/** Datos: taking everything out, and leaving the sample behind. */
import { Archive, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTexts } from '#web/i18n';
import { Button, ButtonLink, Card } from '#web/ui';
import { useCan, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';

const RemoveDemo = lazy(() => import('./remove-demo.tsx').then((module) => ({ default: module.RemoveDemo })));

export function DataCard() {
  const t = useTexts(shellTexts);
  const { workspace } = useSession();
  const canRemove = useCan('identity.workspaces.remove') && workspace.kind === 'demo';
  const canBackUp = useCan('platform.backups.read');
  const [isAsking, setAsking] = useState(false);
  if (!canRemove && !canBackUp) return null;
  return (
    <Card title={t('dataCard')}>
      <p className="-mt-2 mb-4 text-sm text-muted">{t('dataDetail')}</p>
      <div className="flex flex-wrap gap-2">
        {canBackUp && (
          <ButtonLink to="/ajustes/copias" icon={Archive}>
            {t('dataExport')}
          </ButtonLink>
        )}
        {canRemove && (
          <Button icon={Trash2} kind="ghost" onClick={() => setAsking(true)}>
            {t('demoRemove')}
          </Button>
        )}
      </div>
      <Suspense>
        {isAsking && <RemoveDemo isOpen onClose={() => setAsking(false)} workspaceId={workspace.id} />}
      </Suspense>
    </Card>
  );
}
