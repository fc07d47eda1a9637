/** Invites an e-mail with a role. The answer is a link, shown once, whether it was also mailed or not. */
import { type SubmitEvent, useId, useState } from 'react';
import type { UserRole } from '#kernel';
import { type ApiOutput, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useSession } from '#web/shell';
import { Button, Dialog, FormProblem, Select, ShownOnceDialog, TextField } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { accessWords } from './access-words.ts';
import { focusFirstInvalid } from './first-invalid.ts';
import { peopleTexts } from './people-texts.ts';
import { roleChoices } from './role-choices.ts';

export type SentInvitation = ApiOutput<'POST /api/invitations'>;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

export function InviteDialog({
  onClose,
  onSent,
}: {
  readonly onClose: () => void;
  readonly onSent: (sent: SentInvitation) => void;
}) {
  const t = useTexts(accessTexts);
  const roles = useTexts(peopleTexts);
  const session = useSession();
  const formId = useId();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<UserRole>('adviser');
  const [isChecked, setChecked] = useState(false);
  const invite = useApiMutation('POST /api/invitations', { refreshes: ['GET /api/invitations'], onDone: onSent });
  const isReadable = EMAIL.test(email.trim());
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (isReadable) invite.mutate({ body: { email, role } });
    else focusFirstInvalid(event.currentTarget);
  };
  const isDemo = session.workspace.kind === 'demo';
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('invite')}
      description={isDemo ? `${t('inviteDetail')} ${roles('addFromDemo')}` : t('inviteDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={invite.isPending}>
            {t('inviteSend')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('email')}
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={setEmail}
          error={isChecked && !isReadable ? t('emailInvalid') : undefined}
        />
        <Select label={t('role')} choices={roleChoices(roles, session.role)} value={role} onChange={setRole} />
        <FormProblem error={invite.error} words={accessWords(t)} />
      </form>
    </Dialog>
  );
}

/** The link of an invitation that was just made or renewed. */
export function InvitationLinkDialog({
  sent,
  onClose,
}: {
  readonly sent: SentInvitation;
  readonly onClose: () => void;
}) {
  const t = useTexts(accessTexts);
  return (
    <ShownOnceDialog
      title={t('invitedTitle', { email: sent.invitation.email })}
      detail={t(sent.isMailed ? 'invitedMailed' : 'invitedByHand')}
      label={t('invitationLink')}
      secret={`${location.origin}${sent.path}`}
      onClose={onClose}
    />
  );
}
