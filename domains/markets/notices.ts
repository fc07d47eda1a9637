/** What markets tells people about. */
import type { NoticeKind } from '#platform/notify';

export const marketsNotices: readonly NoticeKind[] = [
  {
    kind: 'markets.alert.fired',
    permission: 'markets.alert.read',
    severity: 'warning',
    label: { es: 'Alertas de precio', en: 'Price alerts' },
    text: {
      es: '{name} llegó a {price} {currency}; tu alerta estaba en {trigger} {currency}.',
      en: '{name} reached {price} {currency}; your alert was at {trigger} {currency}.',
    },
    channels: ['email', 'telegram'],
  },
];
