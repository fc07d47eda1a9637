/** Asks that an adviser moves to another team: oneself, or somebody of the teams one runs. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useSession } from '#web/shell';
import { Button, type Choice, Dialog, FormProblem, Select, TextArea, toast } from '#web/ui';
import { focusFirstInvalid } from './first-invalid.ts';
import { teamTexts } from './team-texts.ts';
import { teamWords } from './team-words.ts';

export function AskChangeDialog({ onClose, onSent }: { readonly onClose: () => void; readonly onSent: () => void }) {
  const t = useTexts(teamTexts);
  const { user, role } = useSession();
  const { mine, others } = useChoices(user.id);
  const formId = useId();
  const isAdviser = role === 'adviser';
  const [adviser, setAdviser] = useState<string | null>(isAdviser ? user.id : null);
  const [teamId, setTeam] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [isChecked, setChecked] = useState(false);
  const ask = useApiMutation('POST /api/manager-changes', {
    refreshes: ['GET /api/manager-changes'],
    onDone: () => {
      toast.done({ title: t('askSent') });
      onSent();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const isReady = adviser !== null && teamId !== null && reason.trim() !== '';
    if (isReady) ask.mutate({ body: { adviserUserId: adviser, teamId, reason: reason.trim() } });
    else focusFirstInvalid(event.currentTarget);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('ask')}
      description={t('askDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={ask.isPending}>
            {t('askSend')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        {!isAdviser && (
          <Select
            label={t('adviser')}
            placeholder={t('chooseManager')}
            choices={mine}
            value={adviser}
            onChange={setAdviser}
            error={isChecked && adviser === null ? t('chooseManager') : undefined}
          />
        )}
        <Select
          label={t('toTeam')}
          placeholder={t('chooseTeam')}
          choices={others(adviser)}
          value={teamId}
          onChange={setTeam}
          error={isChecked && teamId === null ? t('teamMissing') : undefined}
        />
        <TextArea
          label={t('reason')}
          hint={t('reasonHint')}
          value={reason}
          onChange={setReason}
          error={isChecked && reason.trim() === '' ? t('reasonMissing') : undefined}
        />
        <FormProblem error={ask.error} words={teamWords(t)} />
      </form>
    </Dialog>
  );
}

/** The advisers of the teams that I run, and the teams where somebody is not. */
function useChoices(myId: string): { readonly mine: Choice[]; readonly others: (adviser: string | null) => Choice[] } {
  const teams = useApi('GET /api/teams').data?.items ?? [];
  const mine = teams.filter(({ manager }) => manager.id === myId).flatMap(({ advisers }) => advisers);
  return {
    mine: mine.map(({ id, name }) => ({ value: id, label: name })),
    others: (adviser) =>
      teams
        .filter(({ advisers }) => !advisers.some(({ id }) => id === adviser))
        .map(({ id, name, manager }) => ({ value: id, label: name, detail: manager.name })),
  };
}
