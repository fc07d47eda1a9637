/** Takes the second factors of a person who lost hers, after one question. */
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { ConfirmDialog, toast } from '#web/ui';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

export function ResetFactors({
  person,
  onClose,
}: {
  readonly person: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}) {
  const t = useTexts(securityTexts);
  const reset = useApiMutation('DELETE /api/users/:userId/factors', {
    onDone: () => {
      onClose();
      toast.done({ title: t('resetDone', { name: person.name }) });
    },
    onProblem: (problem) => {
      onClose();
      const words = securityWords(t, problem)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      onConfirm={() => reset.mutate({ params: { userId: person.id } })}
      title={t('resetTitle', { name: person.name })}
      description={t('resetDetail')}
      action={t('resetAction')}
      isDanger
      isBusy={reset.isPending}
    />
  );
}
