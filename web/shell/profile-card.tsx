/** Perfil: the name that others see, and what only an administrator changes. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Card, FormProblem, TextField, toast } from '#web/ui';
import { useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';

const NAME_LENGTH_MAX = 100;

export function ProfileCard() {
  const t = useTexts(shellTexts);
  const { user, role } = useSession();
  const [name, setName] = useState(user.name);
  const save = useApiMutation('PATCH /api/me', {
    refreshes: ['GET /api/me'],
    onDone: () => toast.done({ title: t('profileSaved') }),
  });
  const wanted = name.trim();
  return (
    <Card title={t('profile')}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(press) => {
          press.preventDefault();
          if (wanted !== '' && wanted !== user.name) save.mutate({ body: { name: wanted } });
        }}
      >
        <TextField
          label={t('profileName')}
          value={name}
          onChange={setName}
          maxLength={NAME_LENGTH_MAX}
          autoComplete="name"
          error={wanted === '' ? t('profileNameNeeded') : undefined}
        />
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-sm">
          <dt className="text-muted">{t('profileEmail')}</dt>
          <dd className="min-w-0 break-words">{user.email}</dd>
          <dt className="text-muted">{t('profileRole')}</dt>
          <dd>{t(`role_${role}`)}</dd>
        </dl>
        <FormProblem error={save.error} />
        {wanted !== user.name && (
          <div>
            <Button kind="primary" type="submit" isBusy={save.isPending}>
              {t('save')}
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}
