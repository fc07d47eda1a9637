/** The kinds the platform itself declares. */
import type { NoticeKind } from './types.ts';

/** Recorded by the test buttons; it has no row on the page. */
export const TEST_KIND = 'platform.notify.tested';

export const PLATFORM_NOTICES: readonly NoticeKind[] = [
  {
    kind: TEST_KIND,
    permission: 'session',
    severity: 'info',
    label: { es: 'Mensaje de prueba', en: 'Test message' },
    text: {
      es: 'Prueba de Cactus: este canal funciona.',
      en: 'Test from Cactus: this channel works.',
    },
    channels: [],
  },
  {
    kind: 'platform.job.died',
    permission: 'platform.jobs.read',
    severity: 'warning',
    label: { es: 'Una tarea se quedó sin intentos', en: 'A job ran out of attempts' },
    text: {
      es: 'La tarea {job} se quedó sin intentos y te necesita.',
      en: 'The job {job} ran out of attempts and needs you.',
    },
    channels: ['email'],
  },
  {
    kind: 'platform.telegram.disconnected',
    permission: 'session',
    severity: 'warning',
    label: { es: 'Telegram dejó de aceptar tus avisos', en: 'Telegram stopped taking your notifications' },
    text: {
      es: 'Telegram ya no acepta tus avisos: bloqueaste al bot o cerraste el chat. Conéctalo de nuevo en Ajustes.',
      en: 'Telegram no longer takes your notifications: you blocked the bot or closed the chat. Connect it again in Settings.',
    },
    channels: ['email'],
  },
];
