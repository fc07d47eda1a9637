/** Teams, who runs them and who is in them, and the changes of manager that were asked and decided. */
import { Plus, UserRoundPen } from 'lucide-react';
import { useState } from 'react';
import { useApi, useLive, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Button, PageHeader, type TabPart, Tabs } from '#web/ui';
import { AskChangeDialog } from './ask-change-dialog.tsx';
import { ManagerChanges } from './team-changes.tsx';
import { TeamDialog } from './team-dialog.tsx';
import { teamTexts } from './team-texts.ts';
import { TeamsTable } from './teams-table.tsx';

const VIEWS = ['equipos', 'cambios'] as const;
type View = (typeof VIEWS)[number];

export default function TeamsPage() {
  const t = useTexts(teamTexts);
  const [view, setView] = useUrlState<View>('vista', 'equipos', VIEWS);
  const [asked, setAsked] = useState<'team' | 'change' | null>(null);
  const canUpdate = useCan('identity.teams.update');
  const canAsk = useCan('identity.manager_changes.create');
  const changes = useApi('GET /api/manager-changes', { query: {} });
  const refresh = useRefresh();
  useLive('identity.*', () => void refresh('GET /api/teams', 'GET /api/manager-changes'));
  const parts: readonly TabPart<View>[] = [
    { value: 'equipos', label: t('teamsTab'), content: <TeamsTable onCreate={() => setAsked('team')} /> },
    {
      value: 'cambios',
      label: t('changesTab'),
      count: changes.data?.items.filter(({ mayDecide }) => mayDecide).length ?? 0,
      content: <ManagerChanges />,
    },
  ];
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('lead')}
        back={{ to: '/ajustes', label: t('settings') }}
        actions={
          canUpdate ? (
            <Button kind="primary" icon={Plus} onClick={() => setAsked('team')}>
              {t('newTeam')}
            </Button>
          ) : (
            canAsk && (
              <Button kind="primary" icon={UserRoundPen} onClick={() => setAsked('change')}>
                {t('ask')}
              </Button>
            )
          )
        }
      />
      <Tabs label={t('view')} parts={parts} value={view} onChange={setView} />
      {asked === 'team' && <TeamDialog team={null} onClose={() => setAsked(null)} />}
      {asked === 'change' && (
        <AskChangeDialog
          onClose={() => setAsked(null)}
          onSent={() => {
            setAsked(null);
            setView('cambios');
          }}
        />
      )}
    </>
  );
}
