/** Makes a new secret; the current one ends now or keeps signing for a while. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Dialog, FormProblem, Select } from '#web/ui';
import { type Endpoint, hostOf, webhookWords } from './event-words.ts';
import { serviceTexts } from './service-texts.ts';
import { eventTexts } from './texts.ts';

const OVERLAPS = ['0', '24', '72', '168'] as const;
type Overlap = (typeof OVERLAPS)[number];

export function RotateDialog({
  endpoint,
  onClose,
  onSecret,
}: {
  readonly endpoint: Endpoint;
  readonly onClose: () => void;
  readonly onSecret: (secret: string) => void;
}) {
  const t = useTexts(serviceTexts);
  const words = useTexts(eventTexts);
  const [overlap, setOverlap] = useState<Overlap>('24');
  const rotate = useApiMutation('POST /api/webhooks/endpoints/:endpointId/secret-rotations', {
    refreshes: ['GET /api/webhooks/endpoints'],
    onDone: ({ secret }) => {
      onClose();
      onSecret(secret);
    },
  });
  const params = { endpointId: endpoint.id };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('rotate')}
      description={hostOf(endpoint.url)}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            kind="primary"
            isBusy={rotate.isPending}
            onClick={() => rotate.mutate({ params, body: { overlapHours: Number(overlap) } })}
          >
            {t('rotate')}
          </Button>
        </>
      }
    >
      <Select
        label={t('rotateOverlap')}
        choices={OVERLAPS.map((value) => ({ value, label: t(`overlap_${value}`) }))}
        value={overlap}
        onChange={setOverlap}
      />
      <FormProblem error={rotate.error} words={webhookWords(words)} />
    </Dialog>
  );
}
