/** Idempotency-Keys in the database, so that they hold across processes and a crash. */
import type { Queryable } from '#platform/db';
import { sql } from 'kysely';
import type { Claim, Idempotency, IdempotencyScope, StoredAnswer } from './idempotency.ts';

/** After this a claim without answer belongs to a process that died; the next request takes it over. */
const LEASE_SECONDS = 120;
const KEEP_HOURS = 24; // Clients retry for minutes; a day covers a laptop that slept.
const PURGED_ROWS_MAX = 10_000; // One statement stays short; the next hour continues.

interface AnswerRow {
  readonly request_sha256: string;
  readonly status: number | null;
  readonly content_type: string | null;
  readonly body: string | null;
}

const CLAIM = `
  insert into platform_idempotency_keys as held (workspace_id, user_id, key, request_sha256, claimed_at)
  values ($1, $2, $3, $4, now())
  on conflict (workspace_id, user_id, key) do update
    set request_sha256 = excluded.request_sha256, claimed_at = now(), status = null, content_type = null, body = null
    where (held.status is null and held.claimed_at < now() - make_interval(secs => ${LEASE_SECONDS}))
       or held.claimed_at < now() - make_interval(hours => ${KEEP_HOURS})
  returning key`;

const FIND = `
  select request_sha256, status, content_type, body from platform_idempotency_keys
  where workspace_id = $1 and user_id = $2 and key = $3`;

const RECORD = `
  update platform_idempotency_keys set status = $4, content_type = $5, body = $6
  where workspace_id = $1 and user_id = $2 and key = $3`;

const RELEASE = `
  delete from platform_idempotency_keys
  where workspace_id = $1 and user_id = $2 and key = $3 and status is null`;

/** Keys over `db`; each call is one statement, so two equal requests cannot both be fresh. */
export function databaseIdempotency(db: Queryable): Idempotency {
  return {
    async claim(scope, requestSha256): Promise<Claim> {
      const claimed = await db.prepared<{ key: string }>('platform.idempotency.claim', CLAIM, [
        ...valuesOf(scope),
        requestSha256,
      ]);
      if (claimed.length > 0) return { kind: 'fresh' };
      const [row] = await db.prepared<AnswerRow>('platform.idempotency.find', FIND, valuesOf(scope));
      // Gone between the two statements: the other request failed just now, and a retry will be fresh.
      if (!row) return { kind: 'running' };
      if (row.request_sha256 !== requestSha256) return { kind: 'other_request' };
      if (row.status === null) return { kind: 'running' };
      return { kind: 'answered', answer: answerOf({ ...row, status: row.status }) };
    },
    async record(scope, answer) {
      await db.prepared('platform.idempotency.record', RECORD, [
        ...valuesOf(scope),
        answer.status,
        answer.type,
        answer.body,
      ]);
    },
    async release(scope) {
      await db.prepared('platform.idempotency.release', RELEASE, valuesOf(scope));
    },
  };
}

/** Deletes keys older than a day, a bounded number at a time. */
export async function purgeIdempotencyKeys(db: Queryable): Promise<void> {
  await sql`
    delete from platform_idempotency_keys where ctid in (
      select ctid from platform_idempotency_keys
      where claimed_at < now() - make_interval(hours => ${KEEP_HOURS}) limit ${PURGED_ROWS_MAX})
  `.execute(db.tables());
}

function valuesOf(scope: IdempotencyScope): string[] {
  return [scope.workspaceId, scope.userId, scope.key];
}

function answerOf(row: AnswerRow & { readonly status: number }): StoredAnswer {
  return { status: row.status, type: row.content_type ?? '', body: row.body ?? '' };
}
