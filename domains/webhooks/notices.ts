/** What webhooks tells people about. */
import type { NoticeKind } from '#platform/notify';

export const webhooksNotices: readonly NoticeKind[] = [
  {
    kind: 'webhooks.endpoint.disabled',
    permission: 'webhooks.endpoint.read',
    severity: 'urgent',
    label: { es: 'Un destino de eventos se apagó', en: 'An event destination was switched off' },
    text: {
      es: 'El destino {host} dejó de recibir eventos y se ha apagado.',
      en: 'The destination {host} stopped taking events and was switched off.',
    },
    channels: ['email', 'telegram'],
  },
];
