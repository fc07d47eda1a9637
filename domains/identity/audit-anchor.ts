/**
 * Anchors: the heads of the audit chains, written once a day to a file beside the database. Whoever cuts or rewrites a
 * chain together with its head inside the database does not match them any more. A copy of the file on another machine
 * (every backup of the data folder has one) also withstands somebody who edits this one.
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Queryable } from '#platform/db';
import { z } from 'zod';
import { listAuditHeads } from './audit.store.ts';
import type { AuditAnchor } from './audit-verification.ts';

const FILE = join('audit', 'anchors.jsonl');
const ANCHORS_MAX = 100_000; // Decades of days; older lines are left unread.
const Line = z.object({
  workspaceId: z.uuid(),
  sequence: z.string().regex(/^\d{1,18}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Appends the head of every chain; only this user may read the file. */
export async function writeAnchors(queryable: Queryable, dataDir: string, nowMs: number): Promise<number> {
  const heads = await listAuditHeads(queryable, null);
  if (heads.length === 0) return 0;
  const path = join(dataDir, FILE);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = heads.map(({ workspaceId, sequence, hash }) =>
    JSON.stringify({ atMs: nowMs, workspaceId, sequence: sequence.toString(), hash: hash.toString('hex') }),
  );
  await appendFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return heads.length;
}

/**
 * The anchors kept on this machine (none when the file is not there yet) and those of a copy kept elsewhere, which must be
 * there. A line that cannot be read is left out.
 */
export async function readAnchors(dataDir: string, copyPath?: string): Promise<AuditAnchor[]> {
  const own = await readFile(join(dataDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const copy = copyPath === undefined ? '' : await readFile(copyPath, 'utf8');
  const lines = [...copy.split('\n').slice(-ANCHORS_MAX), ...own.split('\n').slice(-ANCHORS_MAX)];
  return lines.flatMap((line) => parseAnchor(line) ?? []);
}

function parseAnchor(line: string): AuditAnchor | null {
  if (line.trim() === '') return null;
  try {
    const parsed = Line.safeParse(JSON.parse(line));
    return parsed.success ? { ...parsed.data, sequence: BigInt(parsed.data.sequence) } : null;
  } catch {
    return null; // The line that a power cut left half written.
  }
}
