/** A single-use link for somebody who cannot get in: asks first, then shows it once. */
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Dialog, FormProblem, ShownOnceDialog } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { accessWords } from './access-words.ts';
import type { Person } from './people-table.tsx';

export function ResetLinkDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const t = useTexts(accessTexts);
  const issue = useApiMutation('POST /api/users/:userId/password-resets');
  const title = t('resetLinkTitle', { name: person.name });
  if (issue.data) {
    return (
      <ShownOnceDialog
        title={title}
        detail={t('resetLinkDetail')}
        label={t('resetLink')}
        secret={`${location.origin}${issue.data.path}`}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={t('resetLinkDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            kind="primary"
            isBusy={issue.isPending}
            onClick={() => issue.mutate({ params: { userId: person.id } })}
          >
            {t('create')}
          </Button>
        </>
      }
    >
      <FormProblem error={issue.error} words={accessWords(t)} />
    </Dialog>
  );
}
