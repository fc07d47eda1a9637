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
  {
    kind: 'markets.alert.volume_fired',
    permission: 'markets.alert.read',
    severity: 'warning',
    label: { es: 'Alertas de volumen', en: 'Volume alerts' },
    text: {
      es: '{name} lleva {volume} unidades negociadas hoy; tu alerta estaba en {trigger}.',
      en: '{name} has traded {volume} units today; your alert was at {trigger}.',
    },
    channels: ['email', 'telegram'],
  },
];
