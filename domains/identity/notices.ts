/** What identity tells people about their own access and who manages them; each is hers alone. */
import type { NoticeKind } from '#platform/notify';

export const identityNotices: readonly NoticeKind[] = [
  {
    kind: 'identity.user.password_reset',
    permission: 'session',
    severity: 'urgent',
    label: { es: 'Tu contraseña se cambió con un enlace', en: 'Your password was changed by a link' },
    text: {
      es: 'Tu contraseña se cambió con un enlace desde {ip}. Si no fuiste tú, cierra tus sesiones y avisa a un administrador.',
      en: 'Your password was changed by a link from {ip}. If that was not you, close your sessions and tell an administrator.',
    },
    channels: ['telegram'],
  },
  {
    kind: 'identity.session.unfamiliar',
    permission: 'session',
    severity: 'urgent',
    label: { es: 'Entrada desde un dispositivo o lugar nuevo', en: 'Sign-in from a new device or place' },
    text: {
      es: 'Se entró en tu cuenta desde un dispositivo o lugar nuevo: {device}, {ip}. Si no fuiste tú, cierra esa sesión y cambia la contraseña.',
      en: 'Your account was entered from a new device or place: {device}, {ip}. If that was not you, close that session and change the password.',
    },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'identity.api_token.ending',
    permission: 'session',
    severity: 'warning',
    label: { es: 'Una clave de API está por caducar', en: 'An API token is about to end' },
    text: {
      es: 'Tu clave de API {name} ({hint}) caduca en {days} días. Crea otra y cámbiala en el programa que la usa.',
      en: 'Your API token {name} ({hint}) ends in {days} days. Make another and change it in the program that uses it.',
    },
    channels: ['email'],
  },
  {
    kind: 'identity.factor.added',
    permission: 'session',
    severity: 'warning',
    label: { es: 'Se añadió un segundo paso a tu cuenta', en: 'A second step was added to your account' },
    text: {
      es: 'Se añadió un segundo paso a tu cuenta. Si no fuiste tú, cambia la contraseña y cierra tus sesiones.',
      en: 'A second step was added to your account. If that was not you, change the password and close your sessions.',
    },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'identity.factor.removed',
    permission: 'session',
    severity: 'urgent',
    label: { es: 'Se quitó un segundo paso de tu cuenta', en: 'A second step of your account was removed' },
    text: {
      es: 'Se quitó un segundo paso de tu cuenta. Si no fuiste tú, cambia la contraseña y cierra tus sesiones.',
      en: 'A second step of your account was removed. If that was not you, change the password and close your sessions.',
    },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'identity.factors.reset',
    permission: 'session',
    severity: 'urgent',
    label: { es: 'Un administrador quitó tu segundo paso', en: 'An administrator removed your second step' },
    text: {
      es: 'Un administrador quitó el segundo paso de tu cuenta. Si no lo pediste, habla con él.',
      en: 'An administrator removed the second step of your account. If you did not ask for it, talk to them.',
    },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'identity.manager_change.asked',
    permission: 'session',
    severity: 'warning',
    label: { es: 'Piden un cambio de gestor', en: 'A change of manager is asked for' },
    text: {
      es: '{by} pide que {adviser} pase al equipo {team}.',
      en: '{by} asks that {adviser} moves to the team {team}.',
    },
    channels: ['email'],
  },
  {
    kind: 'identity.manager_change.approved',
    permission: 'session',
    severity: 'info',
    label: { es: 'Cambio de gestor hecho', en: 'A change of manager was made' },
    text: {
      es: '{adviser} está ahora en el equipo {team}. Lo decidió {by}.',
      en: '{adviser} is in the team {team} now. {by} decided it.',
    },
    channels: ['email'],
  },
  {
    kind: 'identity.manager_change.refused',
    permission: 'session',
    severity: 'info',
    label: { es: 'Cambio de gestor rechazado', en: 'A change of manager was refused' },
    text: {
      es: '{by} no aprueba que {adviser} pase al equipo {team}.',
      en: '{by} does not approve that {adviser} moves to the team {team}.',
    },
    channels: ['email'],
  },
  {
    kind: 'identity.manager_change.cancelled',
    permission: 'session',
    severity: 'info',
    label: { es: 'Cambio de gestor anulado', en: 'A change of manager was cancelled' },
    text: {
      es: 'La petición de que {adviser} pase al equipo {team} queda anulada. Lo hizo {by}.',
      en: 'The request that {adviser} moves to the team {team} is cancelled. {by} did it.',
    },
    channels: [],
  },
];
