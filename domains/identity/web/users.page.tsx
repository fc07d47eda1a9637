/** People of the workspace with their role and access, who is invited, and what each role may do. */
import { Mail, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Button, PageHeader, Stack, type TabPart, Tabs } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { AddPersonDialog } from './add-person-dialog.tsx';
import { InvitationsTable } from './invitations-table.tsx';
import { InvitationLinkDialog, InviteDialog, type SentInvitation } from './invite-dialog.tsx';
import { PeopleTable } from './people-table.tsx';
import { peopleTexts } from './people-texts.ts';
import { PermissionMatrix } from './permission-matrix.tsx';

const VIEWS = ['personas', 'invitaciones'] as const;
type View = (typeof VIEWS)[number];

export default function UsersPage() {
  const t = useTexts(peopleTexts);
  const words = useTexts(accessTexts);
  const [isAdding, setAdding] = useState(false);
  // In the address, so that the palette can open it.
  const [isInviting, setInviting] = useUrlState<string>('invitar', '');
  const [sent, setSent] = useState<SentInvitation | null>(null);
  const canAdd = useCan('identity.users.create');
  return (
    <>
      <PageHeader
        title={t('usersTitle')}
        description={t('usersLead')}
        back={{ to: '/ajustes', label: t('settings') }}
        actions={
          canAdd && (
            <>
              <Button icon={UserPlus} onClick={() => setAdding(true)}>
                {t('addPerson')}
              </Button>
              <Button kind="primary" icon={Mail} onClick={() => setInviting('1')}>
                {words('invite')}
              </Button>
            </>
          )
        }
      />
      {canAdd ? <Parts onSent={setSent} /> : <People />}
      {isAdding && <AddPersonDialog onClose={() => setAdding(false)} />}
      {isInviting === '1' && canAdd && (
        <InviteDialog
          onClose={() => setInviting('')}
          onSent={(made) => {
            setInviting('');
            setSent(made);
          }}
        />
      )}
      {sent && <InvitationLinkDialog sent={sent} onClose={() => setSent(null)} />}
    </>
  );
}

function Parts({ onSent }: { readonly onSent: (sent: SentInvitation) => void }) {
  const t = useTexts(accessTexts);
  const [view, setView] = useUrlState<View>('vista', 'personas', VIEWS);
  const invitations = useApi('GET /api/invitations');
  const parts: readonly TabPart<View>[] = [
    { value: 'personas', label: t('peopleTab'), content: <People /> },
    {
      value: 'invitaciones',
      label: t('invitationsTab'),
      count: invitations.data?.items.length ?? 0,
      content: <InvitationsTable onSent={onSent} />,
    },
  ];
  return <Tabs label={t('viewLabel')} parts={parts} value={view} onChange={setView} />;
}

function People() {
  const canSeeMatrix = useCan('identity.permissions.read');
  return (
    <Stack>
      <PeopleTable />
      {canSeeMatrix && <PermissionMatrix />}
    </Stack>
  );
}
