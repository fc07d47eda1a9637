/** Rows of uploads: SQL on platform_files. */
import type { Queryable, Transaction } from '#platform/db';
import { type ColumnType, sql } from 'kysely';
import type { StoredFile } from './types.ts';

interface FileTables {
  platform_files: {
    file_id: string;
    workspace_id: string;
    user_id: string | null;
    sha256: string;
    name: string;
    size_bytes: ColumnType<bigint, bigint, bigint>;
    created_at: ColumnType<number, Date, Date>;
  };
}

/** Keeps the bytes of one content from being placed and swept at the same moment, in any process, until the commit. */
export async function lockContent(tx: Transaction, sha256: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${sha256}, 7))`.execute(tx.tables<FileTables>());
}

export async function insertFile(
  tx: Transaction,
  file: StoredFile & { readonly userId: string | null; readonly createdAtMs: number },
): Promise<void> {
  await tx
    .tables<FileTables>()
    .insertInto('platform_files')
    .values({
      file_id: file.id,
      workspace_id: file.workspaceId,
      user_id: file.userId,
      sha256: file.sha256,
      name: file.name,
      size_bytes: BigInt(file.sizeBytes),
      created_at: new Date(file.createdAtMs),
    })
    .execute();
}

export async function findFile(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly fileId: string },
): Promise<StoredFile | null> {
  const row = await queryable
    .tables<FileTables>()
    .selectFrom('platform_files')
    .select(['file_id', 'workspace_id', 'sha256', 'name', 'size_bytes'])
    .where('file_id', '=', scope.fileId)
    .where('workspace_id', '=', scope.workspaceId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    id: row.file_id,
    workspaceId: row.workspace_id,
    sha256: row.sha256,
    name: row.name,
    sizeBytes: Number(row.size_bytes),
  };
}

export async function isContentReferenced(queryable: Queryable, sha256: string): Promise<boolean> {
  const files = queryable.tables<FileTables>().selectFrom('platform_files').select('file_id');
  return (await files.where('sha256', '=', sha256).limit(1).executeTakeFirst()) !== undefined;
}

/** Deletes one row and gives the content it named; none when there was no such row. */
export async function deleteFile(
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly fileId: string },
): Promise<readonly string[]> {
  const rows = await tx
    .tables<FileTables>()
    .deleteFrom('platform_files')
    .where('workspace_id', '=', scope.workspaceId)
    .where('file_id', '=', scope.fileId)
    .returning('sha256')
    .execute();
  return rows.map(({ sha256 }) => sha256);
}

/** Deletes the rows of a workspace and gives the contents they named. */
export async function deleteFilesOfWorkspace(tx: Transaction, workspaceId: string): Promise<readonly string[]> {
  const rows = await tx
    .tables<FileTables>()
    .deleteFrom('platform_files')
    .where('workspace_id', '=', workspaceId)
    .returning('sha256')
    .execute();
  return [...new Set(rows.map(({ sha256 }) => sha256))];
}
