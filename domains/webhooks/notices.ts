/** What webhooks tells people about. */
import type { NoticeKind } from '#platform/notify';

export const webhooksNotices: readonly NoticeKind[] = [
  {
    kind: 'webhooks.endpoint.disabled',
    permission: 'webhooks.endpoint.read',
    severity: 'urgent',
    label: { es: 'Un destino de eventos se desactivó', en: 'A webhook endpoint was switched off' },
    text: {
      es: 'El destino {host} se ha desactivado porque no responde bien. Míralo y actívalo.',
      en: 'The endpoint {host} was switched off because it does not answer well. Look, and switch it on.',
    },
    channels: ['email', 'telegram'],
  },
];
