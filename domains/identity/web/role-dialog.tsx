/** Gives a person another role. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useSession } from '#web/shell';
import { Button, Dialog, FormProblem, RadioGroup, toast } from '#web/ui';
import type { Person } from './people-table.tsx';
import { peopleTexts } from './people-texts.ts';
import { peopleWords } from './people-words.ts';
import { roleChoices } from './role-choices.ts';

export function RoleDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const t = useTexts(peopleTexts);
  const session = useSession();
  const [role, setRole] = useState(person.role);
  const save = useApiMutation('PUT /api/users/:userId/role', {
    refreshes: ['GET /api/users'],
    onDone: (saved) => {
      toast.done({ title: t('roleSaved', { name: saved.name, role: t(`role_${saved.role}`).toLowerCase() }) });
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('changeRoleOf', { name: person.name })}
      description={t('changeRoleDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            kind="primary"
            disabled={role === person.role}
            isBusy={save.isPending}
            onClick={() => save.mutate({ params: { userId: person.id }, body: { role } })}
          >
            {t('save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <RadioGroup label={t('role')} choices={roleChoices(t, session.role)} value={role} onChange={setRole} />
        <FormProblem error={save.error} words={peopleWords(t)} />
      </div>
    </Dialog>
  );
}
