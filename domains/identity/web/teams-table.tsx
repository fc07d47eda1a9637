/** The teams of the workspace; whoever may change them has a menu per row. */
import { Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Badge, Button, type Column, ConfirmDialog, EmptyState, IconButton, Menu, Table, toast } from '#web/ui';
import { TeamDialog } from './team-dialog.tsx';
import { type TeamKey, teamTexts } from './team-texts.ts';
import { teamWords } from './team-words.ts';

export type Team = ApiOutput<'GET /api/teams'>['items'][number];
type Asked = { readonly what: 'edit' | 'remove'; readonly team: Team } | null;

export function TeamsTable({ onCreate }: { readonly onCreate: () => void }) {
  const t = useTexts(teamTexts);
  const teams = useApi('GET /api/teams');
  const canUpdate = useCan('identity.teams.update');
  const seesPeople = useCan('identity.users.read');
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  const removal = useApiMutation('DELETE /api/teams/:teamId', {
    refreshes: ['GET /api/teams', 'GET /api/manager-changes'],
    onDone: () => {
      close();
      toast.done({ title: t('removed', { name: asked?.team.name ?? '' }) });
    },
    onProblem: (problem) => {
      close();
      const words = teamWords(t)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  });
  const columns = useMemo(
    () => [...teamColumns(t, seesPeople), ...(canUpdate ? [menuColumn(t, setAsked)] : [])],
    [t, seesPeople, canUpdate],
  );
  return (
    <>
      <Table
        title={t('teams')}
        columns={columns}
        rows={teams.data?.items}
        rowId={(team) => team.id}
        error={teams.error}
        onRetry={() => void teams.refetch()}
        empty={
          <EmptyState
            title={t('emptyTeams')}
            detail={t('emptyTeamsDetail')}
            action={
              canUpdate && (
                <Button icon={Plus} onClick={onCreate}>
                  {t('newTeam')}
                </Button>
              )
            }
          />
        }
      />
      {asked?.what === 'edit' && <TeamDialog team={asked.team} onClose={close} />}
      <ConfirmDialog
        isOpen={asked?.what === 'remove'}
        onClose={close}
        onConfirm={() => asked && removal.mutate({ params: { teamId: asked.team.id } })}
        title={t('removeTitle', { name: asked?.team.name ?? '' })}
        description={t('removeDetail')}
        action={t('remove')}
        isDanger
        isBusy={removal.isPending}
      />
    </>
  );
}

function teamColumns(t: Translate<TeamKey>, seesPeople: boolean): Column<Team>[] {
  const names = (team: Team): string => team.advisers.map(({ name }) => name).join(', ');
  return [
    {
      id: 'name',
      head: t('team'),
      card: 'title',
      widthPx: 180,
      value: (team) => team.name,
      cell: (team) => <span className="font-medium">{team.name}</span>,
    },
    {
      id: 'manager',
      head: t('manager'),
      widthPx: 220,
      value: (team) => team.manager.name,
      cell: ({ manager }) => (
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          {manager.name}
          {manager.isDisabled && <Badge tone="warn">{t('disabled')}</Badge>}
        </span>
      ),
    },
    {
      id: 'advisers',
      head: t('advisers'),
      value: names,
      cell: (team) =>
        names(team) === '' ? (
          <span className="text-muted">{t(seesPeople ? 'nobody' : 'hidden')}</span>
        ) : (
          <span className="whitespace-normal">{names(team)}</span>
        ),
    },
  ];
}

function menuColumn(t: Translate<TeamKey>, onAsk: (asked: Asked) => void): Column<Team> {
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (team) => (
      <Menu
        trigger={<IconButton icon={Ellipsis} size="sm" label={`${t('actions')}: ${team.name}`} />}
        groups={[
          [{ id: 'edit', label: t('edit'), icon: Pencil, onSelect: () => onAsk({ what: 'edit', team }) }],
          [
            {
              id: 'remove',
              label: t('remove'),
              icon: Trash2,
              isDanger: true,
              onSelect: () => onAsk({ what: 'remove', team }),
            },
          ],
        ]}
      />
    ),
  };
}
