/** My linked account: link it, see since when and when it was last used, unlink it unless it is the only way in. */
import { useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { formatDate, useTexts } from '#web/i18n';
import { Button, Card, ConfirmDialog, FormProblem, RelativeTime, toast } from '#web/ui';
import { oidcTexts } from './oidc-texts.ts';
import { noticeOf, OIDC_CODES, oidcWords } from './oidc-words.ts';

type Linked = ApiOutput<'GET /api/me/linked-accounts'>;
type Account = Linked['items'][number];

/** Nothing when no provider is configured and nothing was ever linked. */
export function OidcAccountsCard() {
  const t = useTexts(oidcTexts);
  const { data } = useApi('GET /api/me/linked-accounts');
  if (!data || (!data.provider && data.items.length === 0)) return null;
  const name = data.provider?.name ?? '';
  const isLinked = data.items.some(({ isUsable }) => isUsable);
  const hasJustLinked = isLinked && new URLSearchParams(location.search).get('aviso') === 'oidc_linked';
  return (
    <Card title={data.provider ? t('cardTitle', { name }) : t('cardTitleOther')}>
      <div className="flex flex-col gap-4">
        {hasJustLinked && (
          <p role="status" className="text-sm font-medium text-gain">
            {t('linked', { name })}
          </p>
        )}
        {data.items.map((account) => (
          <LinkedAccount key={account.id} account={account} linked={data} />
        ))}
        {data.provider && !isLinked && <LinkForm name={name} />}
      </div>
    </Card>
  );
}

function LinkForm({ name }: { readonly name: string }) {
  const t = useTexts(oidcTexts);
  const start = useApiMutation('POST /api/me/linked-accounts', { onDone: ({ url }) => location.assign(url) });
  const problem = start.error ?? noticeOf(location.search, OIDC_CODES);
  return (
    <>
      <FormProblem error={problem} words={oidcWords(t, name)} />
      <p className="text-sm text-muted">{t('cardLead', { name })}</p>
      <div>
        <Button isBusy={start.isPending || start.isSuccess} onClick={() => start.mutate({})}>
          {t('link', { name })}
        </Button>
      </div>
    </>
  );
}

function LinkedAccount({ account, linked }: { readonly account: Account; readonly linked: Linked }) {
  const t = useTexts(oidcTexts);
  const [isAsked, setAsked] = useState(false);
  const unlink = useApiMutation('DELETE /api/me/linked-accounts/:linkedAccountId', {
    refreshes: ['GET /api/me/linked-accounts'],
    onDone: () => toast.done({ title: t('unlinked'), detail: t('unlinkedDetail') }),
    onProblem: () => setAsked(false),
  });
  const isOnlyWayIn = account.isUsable && !linked.hasPassword;
  const { email } = account;
  return (
    <div className="flex flex-col gap-2">
      <FormProblem error={unlink.error} words={oidcWords(t, linked.provider?.name ?? '')} />
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1">
          <p className="font-medium break-words">{email}</p>
          <p className="text-sm text-muted">
            {t('linkedSince')} {formatDate(account.linkedAtMs)} · <LastUsed account={account} />
          </p>
        </div>
        {!isOnlyWayIn && (
          <Button size="sm" onClick={() => setAsked(true)}>
            {t('unlink')}
          </Button>
        )}
      </div>
      {isOnlyWayIn && <p className="text-sm text-muted">{t('onlyWayIn')}</p>}
      {!account.isUsable && <p className="text-sm text-muted">{t('notUsable', { issuer: account.issuer })}</p>}
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        onConfirm={() => unlink.mutate({ params: { linkedAccountId: account.id } })}
        title={t('unlinkTitle', { email })}
        description={t('unlinkDetail')}
        action={t('unlink')}
        isBusy={unlink.isPending}
      />
    </div>
  );
}

function LastUsed({ account }: { readonly account: Account }) {
  const t = useTexts(oidcTexts);
  if (account.lastUsedAtMs === null) return t('neverUsed');
  return (
    <>
      {t('lastUsed')} <RelativeTime atMs={account.lastUsedAtMs} />
    </>
  );
}
