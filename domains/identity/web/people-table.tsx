/** The people of the workspace; a menu per row changes the role or the access. */
import { Ellipsis, KeyRound, ShieldCheck, ShieldOff, UserCheck, UserX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan, useSession } from '#web/shell';
import { Badge, type Column, ConfirmDialog, IconButton, Menu, RelativeTime, Table, toast } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { type PeopleKey, peopleTexts } from './people-texts.ts';
import { peopleWords } from './people-words.ts';
import { ResetLinkDialog } from './reset-link-dialog.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { ResetFactors } from './security-reset.tsx';
import { securityTexts } from './security-texts.ts';

export type Person = ApiOutput<'GET /api/users'>['items'][number];
type Asked = { readonly what: 'role' | 'disable' | 'reset' | 'factors'; readonly person: Person } | null;

export function PeopleTable() {
  const t = useTexts(peopleTexts);
  const users = useApi('GET /api/users');
  const { user } = useSession();
  const [asked, setAsked] = useState<Asked>(null);
  const access = useAccessChange(() => setAsked(null));
  const myId = user.id;
  const canUpdate = useCan('identity.users.update');
  const { mutate } = access;
  const columns = useMemo(() => {
    if (!canUpdate) return personColumns(t, myId);
    const menu: MenuActions = {
      onAsk: (what, person) => setAsked({ what, person }),
      onEnable: (person) => mutate({ params: { userId: person.id }, body: { isDisabled: false } }),
    };
    return [...personColumns(t, myId), menuColumn(t, myId, menu)];
  }, [t, myId, canUpdate, mutate]);
  return (
    <>
      <Table
        title={t('people')}
        urlName="personas"
        columns={columns}
        rows={users.data?.items}
        rowId={(person) => person.id}
        error={users.error}
        onRetry={() => void users.refetch()}
      />
      {asked?.what === 'reset' && <ResetLinkDialog person={asked.person} onClose={() => setAsked(null)} />}
      {asked?.what === 'factors' && <ResetFactors person={asked.person} onClose={() => setAsked(null)} />}
      {asked?.what === 'role' && <RoleDialog person={asked.person} onClose={() => setAsked(null)} />}
      <ConfirmDialog
        isOpen={asked?.what === 'disable'}
        onClose={() => setAsked(null)}
        onConfirm={() => asked && mutate({ params: { userId: asked.person.id }, body: { isDisabled: true } })}
        title={t('disableTitle', { name: asked?.person.name ?? '' })}
        description={t('disableDetail')}
        action={t('disable')}
        isDanger
        isBusy={access.isPending}
      />
    </>
  );
}

/** Disables or lets in again; says what happened, or why not. */
function useAccessChange(onSettled: () => void) {
  const t = useTexts(peopleTexts);
  return useApiMutation('PUT /api/users/:userId/access', {
    refreshes: ['GET /api/users'],
    onDone: (person) => {
      onSettled();
      toast.done({ title: t(person.isDisabled ? 'accessOff' : 'accessOn', { name: person.name }) });
    },
    onProblem: (problem) => {
      onSettled();
      const words = peopleWords(t)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  });
}

function personColumns(t: Translate<PeopleKey>, myId: string): Column<Person>[] {
  return [
    {
      id: 'name',
      head: t('name'),
      card: 'title',
      value: (person) => person.name,
      cell: (person) => (
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="font-medium">{person.name}</span>
          {person.id === myId && <Badge tone="accent">{t('you')}</Badge>}
          {person.isDisabled && <Badge tone="warn">{t('disabled')}</Badge>}
        </span>
      ),
    },
    { id: 'email', head: t('email'), value: (person) => person.email },
    {
      id: 'role',
      head: t('role'),
      widthPx: 140,
      card: 'figure',
      value: (person) => t(`role_${person.role}`),
    },
    {
      id: 'lastSeen',
      head: t('lastSeen'),
      kind: 'instant',
      widthPx: 140,
      value: (person) => person.lastSeenAtMs,
      cell: (person) => (person.lastSeenAtMs === null ? t('never') : <RelativeTime atMs={person.lastSeenAtMs} />),
    },
  ];
}

interface MenuActions {
  readonly onAsk: (what: 'role' | 'disable' | 'reset' | 'factors', person: Person) => void;
  readonly onEnable: (person: Person) => void;
}

function menuColumn(t: Translate<PeopleKey>, myId: string, actions: MenuActions): Column<Person> {
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (person) => <PersonMenu person={person} isMe={person.id === myId} actions={actions} />,
  };
}

function PersonMenu({
  person,
  isMe,
  actions,
}: {
  readonly person: Person;
  readonly isMe: boolean;
  readonly actions: MenuActions;
}) {
  const t = useTexts(peopleTexts);
  const words = useTexts(accessTexts);
  const factorWords = useTexts(securityTexts);
  const role = {
    id: 'role',
    label: t('changeRole'),
    icon: ShieldCheck,
    onSelect: () => actions.onAsk('role', person),
  };
  const reset = {
    id: 'reset',
    label: words('resetLink'),
    icon: KeyRound,
    onSelect: () => actions.onAsk('reset', person),
  };
  const access = person.isDisabled
    ? { id: 'enable', label: t('enable'), icon: UserCheck, onSelect: () => actions.onEnable(person) }
    : {
        id: 'disable',
        label: t('disable'),
        icon: UserX,
        isDanger: true,
        onSelect: () => actions.onAsk('disable', person),
      };
  const factors = {
    id: 'factors',
    label: factorWords('resetFactors'),
    icon: ShieldOff,
    onSelect: () => actions.onAsk('factors', person),
  };
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} size="sm" label={`${t('actions')}: ${person.name}`} />}
      groups={isMe ? [[role]] : [person.isDisabled ? [role] : [role, reset], [factors, access]]}
    />
  );
}
