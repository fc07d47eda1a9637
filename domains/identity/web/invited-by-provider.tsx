/** On the invitation page: join with an account of the provider instead of a password, and why that did not work. */
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, FormProblem } from '#web/ui';
import { linkTexts } from './link-texts.ts';
import { keepToken, linkWords } from './link-words.ts';
import { oidcTexts } from './oidc-texts.ts';
import { noticeOf, OIDC_CODES, oidcWords } from './oidc-words.ts';

const INVITATION_CODES = ['invitation_for_another', 'email_taken', 'users_full'];

/** Nothing when no provider is configured. */
export function InvitedByProvider({ token }: { readonly token: string }) {
  const t = useTexts(oidcTexts);
  const words = useTexts(linkTexts);
  const { data } = useApi('GET /api/auth/oidc');
  const start = useApiMutation('POST /api/invitation-link/provider', {
    onDone: ({ url }) => {
      keepToken(token);
      location.assign(url);
    },
  });
  if (!data?.provider) return null;
  const { name } = data.provider;
  const notice = start.error ?? noticeOf(location.search, [...OIDC_CODES, ...INVITATION_CODES]);
  const problemWords = {
    ...linkWords(words),
    ...oidcWords(t, name),
    // Here the account at fault is the provider's, not one she is signed in with.
    invitation_for_another: {
      title: words('problem_invitation_for_another'),
      detail: t('invitedAsAnother', { name }),
    },
  };
  return (
    <div className="mb-4 flex flex-col gap-4">
      {notice && <FormProblem error={notice} words={problemWords} />}
      <Button isWide isBusy={start.isPending || start.isSuccess} onClick={() => start.mutate({ body: { token } })}>
        {t('joinWith', { name })}
      </Button>
      <div className="flex items-center gap-3 text-xs text-muted" aria-hidden>
        <span className="h-px flex-1 bg-line" />
        {t('or')}
        <span className="h-px flex-1 bg-line" />
      </div>
    </div>
  );
}
