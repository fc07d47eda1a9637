/** ETag and If-Match: a change names the version it was based on, so nobody overwrites what they did not see. */
import { RequestProblem } from './problem.ts';

/** Answers 428 without `If-Match` and 412 when it names another version; call it before writing. */
export function requireVersion(ifMatch: string | undefined, version: string | number | bigint): void {
  if (ifMatch === undefined) throw new RequestProblem('version_required');
  if (ifMatch !== '*' && ifMatch !== String(version)) throw new RequestProblem('version_mismatch');
}
