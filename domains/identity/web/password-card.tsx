/** Changes my password; the other devices are signed out. */
import { type SubmitEvent, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Card, FormProblem, PasswordField, toast } from '#web/ui';
import { NewPasswordField, weakPasswordText } from './new-password-field.tsx';
import { peopleTexts } from './people-texts.ts';
import { identityWords } from './problem-words.ts';
import { identityTexts } from './texts.ts';

export function PasswordCard() {
  const t = useTexts(peopleTexts);
  const words = useTexts(identityTexts);
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const change = useApiMutation('PUT /api/me/password', {
    refreshes: ['GET /api/sessions'],
    onDone: () => {
      setCurrent('');
      setNew('');
      toast.done({ title: t('passwordSaved'), detail: t('passwordSavedDetail') });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (currentPassword !== '' && newPassword !== '') change.mutate({ body: { currentPassword, newPassword } });
  };
  const weak = weakPasswordText(change.error, words);
  const wrong = { title: words('problem_current_wrong'), detail: words('problem_current_wrong_detail') };
  return (
    <Card title={t('passwordTitle')} aside={t('passwordDetail')}>
      <form noValidate onSubmit={submit} className="flex max-w-md flex-col gap-4">
        <PasswordField
          label={words('currentPassword')}
          name="current-password"
          autoComplete="current-password"
          value={currentPassword}
          onChange={setCurrent}
        />
        <NewPasswordField label={words('newPassword')} value={newPassword} onChange={setNew} error={weak} />
        {!weak && (
          <FormProblem
            error={change.error}
            words={{ ...identityWords(words, change.error), credentials_wrong: wrong }}
          />
        )}
        <div>
          <Button
            kind="primary"
            type="submit"
            disabled={currentPassword === '' || newPassword === ''}
            isBusy={change.isPending}
          >
            {t('passwordSave')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
