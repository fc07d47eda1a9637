/** For the permission catalogue. */
import { USER_ROLES } from '#kernel';
import type { PermissionDefinition } from '#platform/domain';

export const NOTIFY_PERMISSIONS: readonly PermissionDefinition[] = [
  {
    name: 'platform.notifications.read',
    summary: 'See and mark one’s own notifications',
    summaryEs: 'Ver y marcar los avisos propios',
    roles: [...USER_ROLES],
  },
  {
    name: 'platform.notifications.update',
    summary: 'Choose how one’s own notifications arrive',
    summaryEs: 'Elegir cómo llegan los avisos propios',
    roles: [...USER_ROLES],
  },
  {
    name: 'platform.connections.read',
    summary: 'See the state of the mail server and the Telegram bot',
    summaryEs: 'Ver el estado del servidor de correo y del bot de Telegram',
    roles: ['owner', 'admin'],
  },
  {
    name: 'platform.connections.update',
    summary: 'Enter and remove the mail password and the bot’s token',
    summaryEs: 'Poner y quitar la contraseña del correo y la clave del bot',
    roles: ['owner', 'admin'],
  },
  {
    name: 'platform.connections.test',
    summary: 'Test the mail server and the Telegram bot',
    summaryEs: 'Probar el servidor de correo y el bot de Telegram',
    roles: ['owner', 'admin'],
  },
];
