/** Addresses of single-use links. The secret stands behind `#`, which browsers send to nobody. */
import type { Platform } from '#platform/domain';

export const INVITATION_PATH = '/invitacion';
export const RESET_PATH = '/restablecer';

/** The link inside the app, to be put behind whatever address the reader uses. */
export function pathOfLink(path: string, token: string): string {
  return `${path}#t=${token}`;
}

/**
 * The whole link for a mail or a terminal. Never made from the `Host` header of a request: whoever sends one could have a
 * stranger's link mailed with an address of their own.
 */
export function urlOfLink(platform: Pick<Platform, 'config'>, path: string): string {
  const { publicUrl, port } = platform.config;
  return `${publicUrl?.replace(/\/$/, '') ?? `http://localhost:${port}`}${path}`;
}
