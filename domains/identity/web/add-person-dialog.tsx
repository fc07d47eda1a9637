/** Adds a person with a role and a first password. */
import { type SubmitEvent, useId, useState } from 'react';
import type { UserRole } from '#kernel';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useSession } from '#web/shell';
import { Button, Dialog, FormProblem, Select, TextField, toast } from '#web/ui';
import { focusFirstInvalid } from './first-invalid.ts';
import { NewPasswordField, weakPasswordText } from './new-password-field.tsx';
import { peopleTexts } from './people-texts.ts';
import { peopleWords } from './people-words.ts';
import { roleChoices } from './role-choices.ts';
import { identityTexts } from './texts.ts';

export function AddPersonDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(peopleTexts);
  const formId = useId();
  const session = useSession();
  const add = useApiMutation('POST /api/users', {
    refreshes: ['GET /api/users'],
    onDone: (person) => {
      toast.done({ title: t('added', { name: person.name }) });
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('addPerson')}
      description={session.workspace.kind === 'demo' ? `${t('addDetail')} ${t('addFromDemo')}` : t('addDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={add.isPending}>
            {t('add')}
          </Button>
        </>
      }
    >
      <AddPersonForm
        formId={formId}
        ownRole={session.role}
        error={add.error}
        onSubmit={(body) => add.mutate({ body })}
      />
    </Dialog>
  );
}

interface NewPerson {
  readonly name: string;
  readonly email: string;
  readonly role: UserRole;
  readonly password: string;
}

function AddPersonForm({
  formId,
  ownRole,
  error,
  onSubmit,
}: {
  readonly formId: string;
  readonly ownRole: UserRole;
  readonly error: unknown;
  readonly onSubmit: (person: NewPerson) => void;
}) {
  const t = useTexts(peopleTexts);
  const words = useTexts(identityTexts);
  const [person, setPerson] = useState<NewPerson>({ name: '', email: '', role: 'adviser', password: '' });
  const [isChecked, setChecked] = useState(false);
  const set = (change: Partial<NewPerson>): void => setPerson((before) => ({ ...before, ...change }));
  const missing = (value: string) => (isChecked && value.trim() === '' ? words('required') : undefined);
  const weak = weakPasswordText(error, words);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if ([person.name, person.email, person.password].every((value) => value.trim() !== '')) onSubmit(person);
    else focusFirstInvalid(event.currentTarget);
  };
  return (
    <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={t('name')}
        autoComplete="off"
        required
        value={person.name}
        onChange={(name) => set({ name })}
        error={missing(person.name)}
      />
      <TextField
        label={t('email')}
        type="email"
        autoComplete="off"
        required
        value={person.email}
        onChange={(email) => set({ email })}
        error={missing(person.email)}
      />
      <Select
        label={t('role')}
        choices={roleChoices(t, ownRole)}
        value={person.role}
        onChange={(role) => set({ role })}
      />
      <NewPasswordField
        label={t('firstPassword')}
        value={person.password}
        onChange={(password) => set({ password })}
        error={missing(person.password) ?? weak}
      />
      {!weak && <FormProblem error={error} words={peopleWords(t)} />}
    </form>
  );
}
