/** One change of manager whole: who asked and why, what was answered; deciding it or taking it back. */
import { Check, Undo2, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, DateText, Drawer, FormProblem, Stack, TextArea, toast } from '#web/ui';
import { ChangeStatus, type ManagerChange } from './team-change-status.tsx';
import { teamTexts } from './team-texts.ts';
import { teamWords } from './team-words.ts';

export function ManagerChangeDrawer({
  change,
  onClose,
}: {
  readonly change: ManagerChange;
  readonly onClose: () => void;
}) {
  const t = useTexts(teamTexts);
  const [answer, setAnswer] = useState('');
  const [isAnswerMissing, setAnswerMissing] = useState(false);
  const { decide, withdraw } = useSettling(change, onClose);
  const { adviser, to } = change;
  const params = { requestId: change.id };
  const settle = (isApproved: boolean): void => {
    const isMissing = !isApproved && answer.trim() === '';
    setAnswerMissing(isMissing);
    if (!isMissing) decide.mutate({ params, body: { isApproved, answer: answer.trim() } });
  };
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={t('changeTitle', { adviser: adviser.name })}
      footer={
        <>
          {change.mayWithdraw && (
            <Button icon={Undo2} isBusy={withdraw.isPending} onClick={() => withdraw.mutate({ params })}>
              {t('withdraw')}
            </Button>
          )}
          {change.mayDecide && (
            <>
              <Button icon={X} isBusy={decide.isPending} onClick={() => settle(false)}>
                {t('refuse')}
              </Button>
              <Button kind="primary" icon={Check} isBusy={decide.isPending} onClick={() => settle(true)}>
                {t('approve')}
              </Button>
            </>
          )}
        </>
      }
    >
      <Stack>
        <ChangeFacts change={change} />
        {change.mayDecide && (
          <>
            <p className="text-sm text-muted">{t('decideDetail', { team: to.name, adviser: adviser.name })}</p>
            <TextArea
              label={t('answer')}
              hint={t('answerHint')}
              rowCount={3}
              value={answer}
              onChange={setAnswer}
              error={isAnswerMissing ? t('answerMissing') : undefined}
            />
          </>
        )}
        <FormProblem error={decide.error ?? withdraw.error} words={teamWords(t)} />
      </Stack>
    </Drawer>
  );
}

/** Deciding and taking back; each says what happened and closes. */
function useSettling({ adviser, to }: ManagerChange, onClose: () => void) {
  const t = useTexts(teamTexts);
  const refreshes = ['GET /api/manager-changes', 'GET /api/teams'] as const;
  const decide = useApiMutation('PUT /api/manager-changes/:requestId/decision', {
    refreshes,
    onDone: ({ status }) => {
      const isApproved = status === 'approved';
      toast.done({ title: isApproved ? t('approved', { adviser: adviser.name, team: to.name }) : t('refused') });
      onClose();
    },
  });
  const withdraw = useApiMutation('DELETE /api/manager-changes/:requestId', {
    refreshes,
    onDone: () => {
      toast.done({ title: t('withdrawn') });
      onClose();
    },
  });
  return { decide, withdraw };
}

function ChangeFacts({ change }: { readonly change: ManagerChange }) {
  const t = useTexts(teamTexts);
  const { from, to, reason, status, askedBy, askedAtMs, decidedBy, decidedAtMs, answer } = change;
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2 text-sm">
      <Fact name={t('status')}>
        <ChangeStatus status={status} />
      </Fact>
      <Fact name={t('from')}>{from?.name ?? t('noTeam')}</Fact>
      <Fact name={t('to')}>{to.name}</Fact>
      <Fact name={t('reason')}>
        <span className="break-words whitespace-pre-wrap">{reason === '' ? t('direct') : reason}</span>
      </Fact>
      <Fact name={t('askedBy')}>
        {askedBy.name} · <DateText when={askedAtMs} format="date-time" />
      </Fact>
      {decidedBy && decidedAtMs !== null && (
        <Fact name={t('decidedBy')}>
          {decidedBy.name} · <DateText when={decidedAtMs} format="date-time" />
        </Fact>
      )}
      {answer !== '' && (
        <Fact name={t('answer')}>
          <span className="break-words whitespace-pre-wrap">{answer}</span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
