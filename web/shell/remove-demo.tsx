/** Asks before the sample workspace is removed. */
import { useQueryClient } from '@tanstack/react-query';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { ConfirmDialog, toast } from '#web/ui';
import { shellTexts } from './shell-texts.ts';

export function RemoveDemo({
  isOpen,
  onClose,
  workspaceId,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly workspaceId: string;
}) {
  const t = useTexts(shellTexts);
  const client = useQueryClient();
  const remove = useApiMutation('DELETE /api/workspaces/:workspaceId', {
    onDone: () => {
      onClose();
      toast.done({ title: t('demoRemoved'), detail: t('demoRemovedDetail') });
      void client.resetQueries();
    },
    onProblem: toast.problem,
  });
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      isDanger
      isBusy={remove.isPending}
      title={t('demoRemoveTitle')}
      description={t('demoRemoveDetail')}
      action={t('demoRemove')}
      onConfirm={() => remove.mutate({ params: { workspaceId } })}
    />
  );
}
