/** What can be done with an endpoint: test, change, rotate, switch, remove. */
import { FlaskConical, KeyRound, Pencil, Power, Trash2 } from 'lucide-react';
import { type ReactNode, useCallback, useState } from 'react';
import { type ApiProblem, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { ConfirmDialog, type MenuEntry, toast } from '#web/ui';
import { type Endpoint, hostOf, webhookWords } from './event-words.ts';
import { eventTexts } from './texts.ts';

export interface EndpointActions {
  readonly entriesOf: (endpoint: Endpoint) => readonly (readonly MenuEntry[])[];
  readonly dialogs: ReactNode;
}

export function useEndpointActions(on: {
  readonly onRotate: (endpoint: Endpoint) => void;
  readonly onEdit: (endpoint: Endpoint) => void;
}): EndpointActions {
  const t = useTexts(eventTexts);
  const [asked, setAsked] = useState<Endpoint | null>(null);
  const { test, switchOver, remove } = useEndpointCalls(() => setAsked(null));
  const { onEdit, onRotate } = on;
  const entriesOf = useCallback(
    (endpoint: Endpoint): readonly (readonly MenuEntry[])[] => {
      const params = { endpointId: endpoint.id };
      const flip = { params, body: { isEnabled: !endpoint.isEnabled }, ifMatch: String(endpoint.version) };
      return [
        [
          {
            id: 'test',
            label: t('test'),
            icon: FlaskConical,
            isDisabled: !endpoint.isEnabled,
            onSelect: () =>
              test({ params }, { onSuccess: () => toast.done({ title: t('tested', { host: hostOf(endpoint.url) }) }) }),
          },
          { id: 'edit', label: t('edit'), icon: Pencil, onSelect: () => onEdit(endpoint) },
          {
            id: 'rotate',
            label: t('rotate'),
            icon: KeyRound,
            onSelect: () => onRotate(endpoint),
          },
        ],
        [
          {
            id: 'switch',
            label: endpoint.isEnabled ? t('disable') : t('enable'),
            icon: Power,
            onSelect: () => switchOver(flip),
          },
          {
            id: 'remove',
            label: t('remove'),
            icon: Trash2,
            isDanger: true,
            onSelect: () => setAsked(endpoint),
          },
        ],
      ];
    },
    [t, test, switchOver, onEdit, onRotate],
  );
  const dialogs = asked && (
    <ConfirmDialog
      isOpen
      onClose={() => setAsked(null)}
      onConfirm={() => remove.mutate({ params: { endpointId: asked.id }, ifMatch: String(asked.version) })}
      title={t('removeTitle', { host: hostOf(asked.url) })}
      description={t('removeDetail')}
      action={t('remove')}
      isDanger
      isBusy={remove.isPending}
    />
  );
  return { entriesOf, dialogs };
}

function useEndpointCalls(onClosed: () => void) {
  const t = useTexts(eventTexts);
  const onProblem = (problem: ApiProblem): void => {
    onClosed();
    const words = webhookWords(t)[problem.code];
    if (words) toast.failed(words);
    else toast.problem(problem);
  };
  const refreshes = ['GET /api/webhooks/endpoints'] as const;
  const { mutate: test } = useApiMutation('POST /api/webhooks/endpoints/:endpointId/test-events', {
    refreshes: ['GET /api/webhooks/deliveries'],
    onProblem,
  });
  const { mutate: switchOver } = useApiMutation('PATCH /api/webhooks/endpoints/:endpointId', { refreshes, onProblem });
  const remove = useApiMutation('DELETE /api/webhooks/endpoints/:endpointId', {
    refreshes: [...refreshes, 'GET /api/webhooks/deliveries'],
    onProblem,
    onDone: () => {
      onClosed();
      toast.done({ title: t('removed') });
    },
  });
  return { test, switchOver, remove };
}
