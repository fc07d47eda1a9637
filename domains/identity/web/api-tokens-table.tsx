/** API tokens that still work, with their last use; revoking one asks first. */
import { useMemo, useState } from 'react';
import { type ApiOutput, type ApiProblem, useApi, useApiMutation } from '#web/api';
import { formatDate, type Translate, useTexts } from '#web/i18n';
import { Badge, Button, type Column, ConfirmDialog, EmptyState, RelativeTime, Table, toast } from '#web/ui';
import { type AccessKey, accessTexts } from './access-texts.ts';
import { accessWords } from './access-words.ts';

type ApiToken = ApiOutput<'GET /api/api-tokens'>['items'][number];
type OwnedApiToken = ApiOutput<'GET /api/workspace/api-tokens'>['items'][number];
const REFRESHES = ['GET /api/api-tokens', 'GET /api/workspace/api-tokens'] as const;

export function MyApiTokens() {
  const t = useTexts(accessTexts);
  const tokens = useApi('GET /api/api-tokens');
  const [asked, setAsked] = useState<ApiToken | null>(null);
  const revoke = useApiMutation(
    'DELETE /api/api-tokens/:apiTokenId',
    useRevoked(() => setAsked(null)),
  );
  const columns = useMemo(() => [...tokenColumns(t), revokeColumn(t, setAsked)], [t]);
  return (
    <>
      <Table
        title={t('myTokens')}
        urlName="mias"
        columns={columns}
        rows={tokens.data?.items}
        rowId={(token) => token.id}
        error={tokens.error}
        onRetry={() => void tokens.refetch()}
        empty={<EmptyState title={t('tokensEmpty')} detail={t('tokensEmptyDetail')} />}
        isPlain
      />
      <RevokeQuestion
        token={asked}
        onClose={() => setAsked(null)}
        isBusy={revoke.isPending}
        onConfirm={({ id, name }) =>
          revoke.mutate(
            { params: { apiTokenId: id } },
            { onSuccess: () => toast.done({ title: t('tokenRevoked', { name }) }) },
          )
        }
      />
    </>
  );
}

export function AllApiTokens() {
  const t = useTexts(accessTexts);
  const tokens = useApi('GET /api/workspace/api-tokens');
  const [asked, setAsked] = useState<OwnedApiToken | null>(null);
  const revoke = useApiMutation(
    'DELETE /api/workspace/api-tokens/:apiTokenId',
    useRevoked(() => setAsked(null)),
  );
  const columns = useMemo(
    (): Column<OwnedApiToken>[] => [
      ...tokenColumns<OwnedApiToken>(t, ownerColumn(t)),
      revokeColumn<OwnedApiToken>(t, setAsked),
    ],
    [t],
  );
  return (
    <>
      <Table
        title={t('allTokens')}
        urlName="todas"
        columns={columns}
        rows={tokens.data?.items}
        rowId={(token) => token.id}
        error={tokens.error}
        onRetry={() => void tokens.refetch()}
        empty={<EmptyState title={t('allTokensEmpty')} />}
      />
      <RevokeQuestion
        token={asked}
        onClose={() => setAsked(null)}
        isBusy={revoke.isPending}
        onConfirm={({ id, name }) =>
          revoke.mutate(
            { params: { apiTokenId: id } },
            { onSuccess: () => toast.done({ title: t('tokenRevoked', { name }) }) },
          )
        }
      />
    </>
  );
}

function useRevoked(onSettled: () => void) {
  const t = useTexts(accessTexts);
  return {
    refreshes: REFRESHES,
    onDone: onSettled,
    onProblem: (problem: ApiProblem): void => {
      onSettled();
      const words = accessWords(t)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  };
}

function RevokeQuestion<Token extends ApiToken>({
  token,
  onClose,
  onConfirm,
  isBusy,
}: {
  readonly token: Token | null;
  readonly onClose: () => void;
  readonly onConfirm: (token: Token) => void;
  readonly isBusy: boolean;
}) {
  const t = useTexts(accessTexts);
  return (
    <ConfirmDialog
      isOpen={token !== null}
      onClose={onClose}
      onConfirm={() => token && onConfirm(token)}
      title={t('revokeTokenTitle', { name: token?.name ?? '' })}
      description={t('revokeTokenDetail')}
      action={t('revokeToken')}
      isDanger
      isBusy={isBusy}
    />
  );
}

function tokenColumns<Token extends ApiToken>(t: Translate<AccessKey>, second?: Column<Token>): Column<Token>[] {
  return [
    {
      id: 'name',
      head: t('tokenName'),
      card: 'title',
      value: (token) => token.name,
      cell: (token) => (
        <span className="flex min-w-0 flex-col">
          <span className="font-medium">{token.name}</span>
          <span className="text-xs text-muted">cact_…{token.hint}</span>
        </span>
      ),
    },
    ...(second ? [second] : []),
    {
      id: 'scopes',
      head: t('scopes'),
      widthPx: 150,
      value: (token) => token.scopes.length,
      cell: (token) => <span title={token.scopes.join('\n')}>{t('scopesCount', { count: token.scopes.length })}</span>,
    },
    {
      id: 'lastUsed',
      head: t('lastUsed'),
      kind: 'instant',
      widthPx: 130,
      value: (token) => token.lastUsedAtMs,
      cell: (token) => (token.lastUsedAtMs === null ? t('neverUsed') : <RelativeTime atMs={token.lastUsedAtMs} />),
    },
    { id: 'from', head: t('lastUsedFrom'), widthPx: 150, value: (token) => token.lastUsedIp ?? '—' },
    {
      id: 'expires',
      head: t('expires'),
      kind: 'instant',
      widthPx: 130,
      value: (token) => token.expiresAtMs,
      cell: (token) => formatDate(token.expiresAtMs),
    },
  ];
}

function ownerColumn(t: Translate<AccessKey>): Column<OwnedApiToken> {
  return {
    id: 'owner',
    head: t('owner'),
    widthPx: 200,
    value: (token) => token.owner.name,
    cell: (token) => (
      <span className="flex flex-wrap items-center gap-2">
        {token.owner.name}
        {token.owner.isDisabled && <Badge tone="warn">{t('disabled')}</Badge>}
      </span>
    ),
  };
}

function revokeColumn<Token extends ApiToken>(t: Translate<AccessKey>, ask: (token: Token) => void): Column<Token> {
  return {
    id: 'revoke',
    head: t('actions'),
    widthPx: 110,
    align: 'end',
    isSortable: false,
    cell: (token) => (
      <Button size="sm" aria-label={t('revokeTokenOf', { name: token.name })} onClick={() => ask(token)}>
        {t('revokeToken')}
      </Button>
    ),
  };
}
