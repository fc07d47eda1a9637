/** Adds or changes an endpoint. A new one answers with its secret, shown once. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Dialog, FormProblem, TextArea, TextField, toast } from '#web/ui';
import { conditionsOf } from './conditions.ts';
import { type Draft, draftOf, faultsOf, serviceOf } from './endpoint-draft.ts';
import { type Endpoint, filtersOf, webhookWords } from './event-words.ts';
import { FilterTester } from './filter-tester.tsx';
import { ServiceFields } from './service-fields.tsx';
import { eventTexts } from './texts.ts';

export function EndpointDialog({
  endpoint,
  onClose,
  onSecret,
}: {
  /** Null adds a new one. */
  readonly endpoint: Endpoint | null;
  readonly onClose: () => void;
  readonly onSecret: (secret: string) => void;
}) {
  const t = useTexts(eventTexts);
  const formId = useId();
  const { save, isPending, error } = useSave(endpoint, onClose, onSecret);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={endpoint ? t('editEndpoint') : t('addEndpoint')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={isPending}>
            {endpoint ? t('save') : t('addEndpoint')}
          </Button>
        </>
      }
    >
      <EndpointForm formId={formId} endpoint={endpoint} error={error} onSubmit={save} />
    </Dialog>
  );
}

function useSave(endpoint: Endpoint | null, onClose: () => void, onSecret: (secret: string) => void) {
  const t = useTexts(eventTexts);
  const refreshes = ['GET /api/webhooks/endpoints'] as const;
  const add = useApiMutation('POST /api/webhooks/endpoints', {
    refreshes,
    onDone: ({ secret }) => {
      onClose();
      onSecret(secret);
    },
  });
  const change = useApiMutation('PATCH /api/webhooks/endpoints/:endpointId', {
    refreshes,
    onDone: () => {
      onClose();
      toast.done({ title: t('changed') });
    },
  });
  const save = (draft: Draft): void => {
    const body = {
      url: draft.url.trim(),
      description: draft.description.trim(),
      filters: filtersOf(draft.filters),
      ...serviceOf(draft),
    };
    if (endpoint) change.mutate({ params: { endpointId: endpoint.id }, body, ifMatch: String(endpoint.version) });
    else add.mutate({ body });
  };
  return { save, isPending: add.isPending || change.isPending, error: add.error ?? change.error };
}

function EndpointForm({
  formId,
  endpoint,
  error,
  onSubmit,
}: {
  readonly formId: string;
  readonly endpoint: Endpoint | null;
  readonly error: unknown;
  readonly onSubmit: (draft: Draft) => void;
}) {
  const t = useTexts(eventTexts);
  const [draft, setDraft] = useState<Draft>(() => draftOf(endpoint));
  const [isChecked, setChecked] = useState(false);
  const set = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const faults = faultsOf(draft);
    if (draft.url.trim() !== '' && !faults.wrongLine && !faults.isRateWrong && !faults.areRetriesWrong) onSubmit(draft);
  };
  return (
    <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={t('address')}
        hint={t('addressHint')}
        type="url"
        inputMode="url"
        autoComplete="off"
        required
        value={draft.url}
        onChange={(url) => set({ url })}
        error={isChecked && draft.url.trim() === '' ? t('required') : undefined}
      />
      <TextField
        label={t('description')}
        autoComplete="off"
        maxLength={200}
        value={draft.description}
        onChange={(description) => set({ description })}
      />
      <TextArea
        label={t('filters')}
        hint={t('filtersHint')}
        rowCount={3}
        value={draft.filters}
        onChange={(filters) => set({ filters })}
      />
      <ServiceFields draft={draft} onChange={set} />
      <FilterTester filters={filtersOf(draft.filters)} conditions={conditionsOf(draft.conditions).conditions} />
      <FormProblem error={error} words={webhookWords(t)} />
    </form>
  );
}
