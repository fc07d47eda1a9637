/**
 * Tells a person that her account was entered from a device or a network that none of her sessions knows: the first sign
 * of a stolen password. Sessions are kept for a month after their end, so that is how far back "known" reaches.
 */
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { RequestFacts } from '#platform/http';
import ipaddr from 'ipaddr.js';
import { listSessionPlaces } from './session.store.ts';
import { deviceOf } from './web/device-name.ts';

const DEVICE_LENGTH_MAX = 80;
// Wide enough that a phone does not ring at every mast, narrow enough that another provider does.
const NETWORK_BYTES_V4 = 2;
const NETWORK_BYTES_V6 = 4;

/** Call it before the new session is written. Says nothing at the first sign-in of all: there is nothing to compare with. */
export async function tellUnfamiliar(
  { notify }: Pick<Platform, 'notify'>,
  tx: Transaction,
  opening: { readonly userId: string; readonly workspaceId: string; readonly request: RequestFacts },
): Promise<void> {
  const { userId, workspaceId, request } = opening;
  const known = await listSessionPlaces(tx, userId);
  if (known.length === 0) return;
  const device = deviceName(request.userAgent);
  const network = networkOf(request.ip);
  const isDeviceKnown = known.some(({ userAgent }) => deviceName(userAgent) === device);
  const isNetworkKnown = known.some(({ ip }) => networkOf(ip) === network);
  if (isDeviceKnown && isNetworkKnown) return;
  await notify.record(tx, {
    workspaceId,
    userId,
    permission: 'session',
    kind: 'identity.session.unfamiliar',
    payload: { device, ip: request.ip },
    href: '/ajustes/sesiones',
    dedupeKey: `unfamiliar:${userId}:${network}:${device}`,
  });
}

/** Without version numbers: yesterday's update of the browser is no other device. */
function deviceName(userAgent: string): string {
  const device = deviceOf(userAgent);
  if (device) return `${device.browser}, ${device.system}`;
  const words = userAgent.replaceAll(/[\d._/]+/g, ' ').trim();
  return words.replaceAll(/\s+/g, ' ').slice(0, DEVICE_LENGTH_MAX) || '?';
}

function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  const bytes = address.toByteArray().slice(0, address.kind() === 'ipv4' ? NETWORK_BYTES_V4 : NETWORK_BYTES_V6);
  return `${address.kind()} ${bytes.join('.')}`;
}
