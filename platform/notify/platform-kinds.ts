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
    kind: 'platform.backup.create_failed',
    permission: 'platform.backups.read',
    severity: 'urgent',
    label: { es: 'La copia falló', en: 'The backup failed' },
    text: { es: 'La copia falló: {detail}', en: 'The backup failed: {detail}' },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'platform.backup.verify_failed',
    permission: 'platform.backups.read',
    severity: 'urgent',
    label: { es: 'Una copia no se restaura', en: 'A backup does not restore' },
    text: { es: 'Una copia no se restaura: {detail}', en: 'A backup does not restore: {detail}' },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'platform.backup.too_old',
    permission: 'platform.backups.read',
    severity: 'urgent',
    label: { es: 'La última copia es vieja', en: 'The last backup is old' },
    text: {
      es: 'La última copia tiene más de día y medio. Haz una en Ajustes → Copias.',
      en: 'The last backup is older than a day and a half. Make one in Settings → Backups.',
    },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'platform.backup.offsite_failed',
    permission: 'platform.backups.read',
    severity: 'urgent',
    label: { es: 'La copia fuera de este equipo falló', en: 'The off-site copy failed' },
    text: {
      es: 'La copia fuera de este equipo falló: {detail}',
      en: 'The off-site copy failed: {detail}',
    },
    channels: ['email', 'telegram'],
  },
  {
    kind: 'platform.backup.files_damaged',
    permission: 'platform.backups.read',
    severity: 'warning',
    label: { es: 'Ficheros guardados dañados', en: 'Stored files are damaged' },
    text: { es: 'Ficheros guardados dañados: {detail}', en: 'Stored files that are damaged: {detail}' },
    channels: ['email'],
  },
  {
    kind: 'platform.secret_key.changed',
    permission: 'platform.secrets.read',
    severity: 'warning',
    label: { es: 'La llave maestra cambió', en: 'The master key changed' },
    text: {
      es: 'La llave maestra cambió ({key}). Guarda otra vez tu copia de la llave fuera de este equipo.',
      en: 'The master key changed ({key}). Keep a copy of the key elsewhere again.',
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
