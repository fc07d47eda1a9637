/** When a page cannot be shown: unknown address, no permission, a fault while drawing. */
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Compass, Lock } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { ButtonLink, EmptyState, ErrorState } from '#web/ui';
import { useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';

export function NotFoundPage() {
  const t = useTexts(shellTexts);
  return (
    <div className="pt-12">
      <h1 className="sr-only">{t('notFoundTitle')}</h1>
      <EmptyState
        icon={Compass}
        title={t('notFoundTitle')}
        detail={t('notFoundDetail')}
        action={<ButtonLink to="/">{t('goHome')}</ButtonLink>}
      />
    </div>
  );
}

export function ForbiddenPage() {
  const t = useTexts(shellTexts);
  const { role } = useSession();
  return (
    <div className="pt-12">
      <h1 className="sr-only">{t('forbiddenTitle')}</h1>
      <EmptyState
        icon={Lock}
        title={t('forbiddenTitle')}
        detail={t('forbiddenDetail', { role: t(`role_${role}`) })}
        action={<ButtonLink to="/">{t('goHome')}</ButtonLink>}
      />
    </div>
  );
}

/** One page failed; the shell around it still works. */
export function FailedPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div className="pt-12">
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}
