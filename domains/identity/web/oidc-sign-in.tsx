/** On the sign-in page: the button of the provider, and why its last journey opened nothing. */
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { returnPath } from '#web/shell';
import { buttonClass, cx, FormProblem } from '#web/ui';
import { oidcTexts } from './oidc-texts.ts';
import { noticeOf, OIDC_CODES, oidcWords } from './oidc-words.ts';
import { identityWords } from './problem-words.ts';
import { identityTexts } from './texts.ts';

/** Her own choice, so no alarm. */
const CANCELLED = 'oidc_cancelled';
const ADMISSION_CODES = ['user_disabled', 'workspace_missing'];

/** Above the form; nothing when she did not come from the provider. */
export function OidcNotice() {
  const t = useTexts(oidcTexts);
  const words = useTexts(identityTexts);
  const { data } = useApi('GET /api/auth/oidc');
  const notice = noticeOf(location.search, [...OIDC_CODES, ...ADMISSION_CODES]);
  if (!notice || !data) return null;
  const name = data.provider?.name ?? 'Google';
  if (notice.code !== CANCELLED) {
    return <FormProblem error={notice} words={{ ...identityWords(words), ...oidcWords(t, name) }} />;
  }
  return (
    <div role="status" className="rounded-md border border-line bg-sunken px-3 py-2.5 text-sm">
      <p className="font-medium">{t('problem_oidc_cancelled')}</p>
      <p className="mt-0.5 text-muted">{t('problem_oidc_cancelled_detail', { name })}</p>
    </div>
  );
}

/** Below the form; nothing when no provider is configured. A link, because the browser leaves for another site. */
export function OidcSignIn() {
  const t = useTexts(oidcTexts);
  const { data } = useApi('GET /api/auth/oidc');
  if (!data?.provider) return null;
  const back = returnPath(location.search);
  return (
    <div className="mt-4 flex flex-col gap-4">
      <div className="flex items-center gap-3 text-xs text-muted" aria-hidden>
        <span className="h-px flex-1 bg-line" />
        {t('or')}
        <span className="h-px flex-1 bg-line" />
      </div>
      <a
        href={`/api/auth/oidc/start${back === '/' ? '' : `?volver=${encodeURIComponent(back)}`}`}
        className={cx(buttonClass('secondary'), 'w-full')}
      >
        {t('enterWith', { name: data.provider.name })}
      </a>
    </div>
  );
}
