/** Says who is responsible for a portfolio and who its client is. */
import { type SubmitEvent, useId, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Button, Dialog, FormProblem, toast } from '#web/ui';
import { assignmentTexts } from './assignment-texts.ts';
import { assignmentWords } from './assignment-words.ts';
import type { PortfolioView } from './figures-kpis.tsx';
import { OwnerFields, type Owners } from './owner-fields.tsx';

type Assignment = ApiOutput<'GET /api/portfolios/:portfolioId/assignment'>;

export function AssignmentDialog({
  portfolio,
  onClose,
}: {
  readonly portfolio: PortfolioView;
  readonly onClose: () => void;
}) {
  const t = useTexts(assignmentTexts);
  const formId = useId();
  const params = { portfolioId: portfolio.id };
  const assignment = useApi('GET /api/portfolios/:portfolioId/assignment', { params });
  const [changed, setChanged] = useState<Owners | null>(null);
  const save = useApiMutation('PUT /api/portfolios/:portfolioId/assignment', {
    refreshes: [
      'GET /api/portfolios',
      'GET /api/portfolios/:portfolioId',
      'GET /api/portfolios/:portfolioId/assignment',
    ],
    onDone: ({ adviserUserId }) => {
      const name = assignment.data?.advisers.find(({ id }) => id === adviserUserId)?.name ?? portfolio.adviser?.name;
      const isNamed = adviserUserId !== null && name !== undefined;
      toast.done({ title: isNamed ? t('saved', { name }) : t('savedNobody') });
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { data } = assignment;
    if (data && changed) save.mutate({ params, body: changed, ifMatch: String(data.version) });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('title', { name: portfolio.name })}
      description={t('lead')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={changed === null} isBusy={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Async query={assignment} words={assignmentWords(t)}>
          {(data) => (
            <OwnerFields
              choices={data}
              owners={changed ?? ownersOf(data)}
              named={[portfolio.adviser, portfolio.client].filter((person) => person !== null)}
              onChange={setChanged}
            />
          )}
        </Async>
        <FormProblem error={save.error} words={assignmentWords(t)} />
      </form>
    </Dialog>
  );
}

function ownersOf({ adviserUserId, clientUserId }: Assignment): Owners {
  return { adviserUserId, clientUserId };
}
