/** "Datos de ejemplo": says so on every page of the demo workspace, and leaves it in one press. */
import { Flower2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTexts } from '#web/i18n';
import { Ribbon } from '#web/ui';
import { useCan, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';
import { useSwitchWorkspace } from './workspace.ts';

const RemoveDemo = lazy(() => import('./remove-demo.tsx').then((module) => ({ default: module.RemoveDemo })));

const LINK = 'rounded-sm underline underline-offset-2 hover:no-underline';

export function DemoRibbon() {
  const t = useTexts(shellTexts);
  const { workspace, workspaces } = useSession();
  const canRemove = useCan('identity.workspaces.remove');
  const switchTo = useSwitchWorkspace();
  const [isAsking, setAsking] = useState(false);
  const own = workspaces.find((one) => one.kind === 'real');
  if (workspace.kind !== 'demo') return null;
  return (
    <aside data-shell aria-label={t('demoRibbon')}>
      <Ribbon
        icon={Flower2}
        action={
          own && (
            <>
              <button type="button" className={LINK} onClick={() => switchTo(own.id)}>
                {t('demoStart')}
              </button>
              {canRemove && (
                <button type="button" className={LINK} onClick={() => setAsking(true)}>
                  {t('demoRemove')}
                </button>
              )}
            </>
          )
        }
      >
        {t('demoRibbon')}
      </Ribbon>
      <Suspense>
        {isAsking && <RemoveDemo isOpen onClose={() => setAsking(false)} workspaceId={workspace.id} />}
      </Suspense>
    </aside>
  );
}
