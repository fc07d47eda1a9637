/**
 * Asks for the port before anything else starts, so that "taken" is said at once and no database, job or poller was begun.
 * The answer can be out of date a second later; listening itself is the last word.
 */
import { createServer } from 'node:net';

/** Opens and closes the port; throws what listening would throw (EADDRINUSE, EACCES, EADDRNOTAVAIL). */
export async function requirePort(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ host, port, exclusive: true }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}
