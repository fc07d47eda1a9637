/** Invitations that nobody has answered yet; each can be sent again or taken back. */
import { Ellipsis, MailX, Send } from 'lucide-react';
import { useMemo } from 'react';
import { type ApiOutput, type ApiProblem, useApi, useApiMutation } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { Badge, type Column, EmptyState, IconButton, Menu, RelativeTime, Table, toast } from '#web/ui';
import { type AccessKey, accessTexts } from './access-texts.ts';
import { accessWords } from './access-words.ts';
import type { SentInvitation } from './invite-dialog.tsx';
import { type PeopleKey, peopleTexts } from './people-texts.ts';

type Invitation = ApiOutput<'GET /api/invitations'>['items'][number];

export function InvitationsTable({ onSent }: { readonly onSent: (sent: SentInvitation) => void }) {
  const t = useTexts(accessTexts);
  const roles = useTexts(peopleTexts);
  const invitations = useApi('GET /api/invitations');
  const refreshes = ['GET /api/invitations'] as const;
  const onProblem = (problem: ApiProblem): void => {
    const words = accessWords(t)[problem.code];
    if (words) toast.failed(words);
    else toast.problem(problem);
  };
  const { mutate: renew } = useApiMutation('PUT /api/invitations/:invitationId/link', {
    refreshes,
    onDone: onSent,
    onProblem,
  });
  const { mutate: revoke } = useApiMutation('DELETE /api/invitations/:invitationId', { refreshes, onProblem });
  const columns = useMemo(() => {
    const actions: Actions = {
      renew: ({ id }) => renew({ params: { invitationId: id } }),
      revoke: ({ id, email }) =>
        revoke({ params: { invitationId: id } }, { onSuccess: () => toast.done({ title: t('revoked', { email }) }) }),
    };
    return [...invitationColumns(t, roles), menuColumn(t, actions)];
  }, [t, roles, renew, revoke]);
  return (
    <Table
      title={t('invitations')}
      urlName="invitaciones"
      columns={columns}
      rows={invitations.data?.items}
      rowId={(invitation) => invitation.id}
      error={invitations.error}
      onRetry={() => void invitations.refetch()}
      empty={<EmptyState title={t('invitationsEmpty')} detail={t('invitationsEmptyDetail')} />}
    />
  );
}

interface Actions {
  readonly renew: (invitation: Invitation) => void;
  readonly revoke: (invitation: Invitation) => void;
}

function invitationColumns(t: Translate<AccessKey>, roles: Translate<PeopleKey>): Column<Invitation>[] {
  return [
    { id: 'email', head: t('email'), card: 'title', value: (invitation) => invitation.email },
    {
      id: 'role',
      head: t('role'),
      widthPx: 140,
      card: 'figure',
      value: (invitation) => roles(`role_${invitation.role}`),
    },
    {
      id: 'invitedBy',
      head: t('invitedBy'),
      widthPx: 180,
      value: (invitation) => invitation.invitedBy?.name ?? t('operator'),
    },
    {
      id: 'sent',
      head: t('sent'),
      kind: 'instant',
      widthPx: 130,
      value: (invitation) => invitation.sentAtMs,
      cell: (invitation) => <RelativeTime atMs={invitation.sentAtMs} />,
    },
    {
      id: 'expires',
      head: t('expires'),
      kind: 'instant',
      widthPx: 130,
      value: (invitation) => invitation.expiresAtMs,
      cell: (invitation) =>
        invitation.isExpired ? (
          <Badge tone="warn">{t('expired')}</Badge>
        ) : (
          <RelativeTime atMs={invitation.expiresAtMs} />
        ),
    },
  ];
}

function menuColumn(t: Translate<AccessKey>, actions: Actions): Column<Invitation> {
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (invitation) => (
      <Menu
        trigger={<IconButton icon={Ellipsis} size="sm" label={`${t('actions')}: ${invitation.email}`} />}
        groups={[
          [{ id: 'renew', label: t('renew'), icon: Send, onSelect: () => actions.renew(invitation) }],
          [
            {
              id: 'revoke',
              label: t('revoke'),
              icon: MailX,
              isDanger: true,
              onSelect: () => actions.revoke(invitation),
            },
          ],
        ]}
      />
    ),
  };
}
