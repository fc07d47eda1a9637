/** ETag and If-Match: a change names the version it was based on, so nobody overwrites what they did not see. */
import { ok, refuse, type Result } from '#kernel';

/** Declare both in the contract: `version_required: 428, version_mismatch: 412`. */
export type VersionRefusal = 'version_required' | 'version_mismatch';

/** Call it on the locked row before writing. `*` accepts any version; `details.version` is the one to read again. */
export function checkVersion(
  ifMatch: string | undefined,
  version: string | number | bigint,
): Result<undefined, VersionRefusal> {
  if (ifMatch === undefined) return refuse('version_required');
  if (ifMatch !== '*' && ifMatch !== String(version)) return refuse('version_mismatch', { version: String(version) });
  return ok(undefined);
}
