/** People of the workspace with their role and access, and what each role may do. */
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Button, PageHeader, Stack } from '#web/ui';
import { AddPersonDialog } from './add-person-dialog.tsx';
import { PeopleTable } from './people-table.tsx';
import { peopleTexts } from './people-texts.ts';
import { PermissionMatrix } from './permission-matrix.tsx';

export default function UsersPage() {
  const t = useTexts(peopleTexts);
  const [isAdding, setAdding] = useState(false);
  const canAdd = useCan('identity.users.create');
  const canSeeMatrix = useCan('identity.permissions.read');
  return (
    <>
      <PageHeader
        title={t('usersTitle')}
        description={t('usersLead')}
        back={{ to: '/ajustes', label: t('settings') }}
        actions={
          canAdd && (
            <Button kind="primary" icon={UserPlus} onClick={() => setAdding(true)}>
              {t('addPerson')}
            </Button>
          )
        }
      />
      <Stack>
        <PeopleTable />
        {canSeeMatrix && <PermissionMatrix />}
      </Stack>
      {isAdding && <AddPersonDialog onClose={() => setAdding(false)} />}
    </>
  );
}
