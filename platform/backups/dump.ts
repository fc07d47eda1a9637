/** Reads one database as the entries of a backup, in one REPEATABLE READ snapshot: writers go on and are not seen. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Fault } from '#kernel';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Entry } from './archive.ts';
import {
  copyOut,
  countTable,
  type FoundTable,
  listAppliedMigrations,
  listContents,
  listSequences,
  listTables,
  SESSION,
  totalFileBytes,
} from './catalogue.store.ts';
import type { Manifest, Plan, TableFacts, TableShape } from './manifest.ts';

const NEWLINE = 0x0a; // COPY escapes line ends inside values: each row is one line.

export interface DumpInput {
  readonly client: pg.ClientBase;
  readonly nowMs: number;
  /** Bytes of a stored file; rejects or breaks off when it is gone or others are in its place. */
  readonly readFile: (sha256: string) => Promise<Readable>;
  /** Throws to stop. */
  readonly onProgress: (doneRatio: number, message: string) => Promise<void>;
  onManifest(manifest: Manifest): void;
}

/** The entries of a whole backup. The client's transaction is open until the last one was read. */
export async function* dumpDatabase(input: DumpInput): AsyncGenerator<Entry> {
  const { client } = input;
  await client.query(SESSION);
  await client.query('begin isolation level repeatable read, read only');
  try {
    const tables = await listTables(client);
    yield { head: await planOf(input, tables) };
    const progress = progressOver(input, tables, await totalFileBytes(client));
    const facts: TableFacts[] = [];
    for (const table of tables) {
      const { entry, finish } = tableEntry(client, table, progress.move);
      yield entry;
      facts.push({ ...finish(), ...(await countTable(client, table)) });
      await progress.tableDone(table);
    }
    const files = fileEntries(input, progress.move);
    for await (const entry of files.entries) yield entry;
    const manifest: Manifest = {
      kind: 'manifest',
      tables: facts,
      sequences: await listSequences(client),
      files: files.finish(),
    };
    input.onManifest(manifest);
    yield { head: manifest };
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}

/** Hashes what a table holds, as the backup would hold it: for comparing a restored one. */
export async function digestTable(client: pg.ClientBase, table: TableShape): Promise<TableFacts> {
  const { entry, finish } = tableEntry(client, table, () => undefined);
  for await (const _block of entry.bytes ?? []);
  return { ...finish(), ...(await countTable(client, table)) };
}

async function planOf({ client, nowMs }: DumpInput, tables: readonly FoundTable[]): Promise<Plan> {
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  return {
    kind: 'plan',
    formatVersion: 1,
    createdAtMs: nowMs,
    serverVersion: rows[0]?.version ?? '',
    migrations: await listAppliedMigrations(client),
    tables: tables.map(({ diskBytes: _shown, ...shape }) => shape),
  };
}

function tableEntry(client: pg.ClientBase, table: TableShape, move: (bytes: number) => void) {
  const { schema, name } = table;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let lineCount = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    const stream: AsyncIterable<Buffer> = client.query(copyTo(copyOut(table)));
    for await (const block of stream) {
      hash.update(block);
      sizeBytes += block.length;
      for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1)) lineCount += 1;
      move(block.length);
      yield block;
    }
  }
  const entry: Entry = { head: { kind: 'table', schema, name }, bytes: bytes() };
  const finish = (): TableFacts => ({
    schema,
    name,
    rowCount: lineCount,
    sums: {},
    sha256: hash.digest('hex'),
    sizeBytes,
  });
  return { entry, finish };
}

function fileEntries({ client, readFile }: DumpInput, move: (bytes: number) => void) {
  const all = createHash('sha256');
  const damaged: string[] = [];
  let count = 0;
  let sizeBytes = 0;
  async function* bytesOf(sha256: string): AsyncGenerator<Buffer> {
    try {
      for await (const piece of await readFile(sha256)) {
        const block = piece as Buffer;
        sizeBytes += block.length;
        move(block.length);
        yield block;
      }
    } catch (error) {
      // A store that does not answer is no damaged file: a backup without any file must not look like one.
      if (error instanceof Fault && error.retryable) throw error;
      damaged.push(sha256); // The rest of the backup is worth more than none; the manifest and the alert say which.
    }
  }
  async function* entries(): AsyncGenerator<Entry> {
    for await (const sha256 of listContents(client)) {
      all.update(sha256);
      count += 1;
      yield { head: { kind: 'file', sha256 }, bytes: bytesOf(sha256) };
    }
  }
  const finish = (): Manifest['files'] => ({ count, sizeBytes, sha256: all.digest('hex'), damaged });
  return { entries: entries(), finish };
}

const ROW_SHARE_MAX = 0.98; // The last moments belong to writing it safely to disk.

function progressOver({ onProgress }: DumpInput, tables: readonly FoundTable[], fileBytes: number) {
  const totalBytes = Math.max(
    1,
    tables.reduce((sum, { diskBytes }) => sum + diskBytes, fileBytes),
  );
  let finishedBytes = 0;
  let movedBytes = 0;
  const ratio = (): number => Math.min(ROW_SHARE_MAX, (finishedBytes + movedBytes) / totalBytes);
  return {
    move: (bytes: number): void => void (movedBytes += bytes),
    tableDone: async ({ diskBytes, name }: FoundTable): Promise<void> => {
      finishedBytes += diskBytes;
      movedBytes = 0;
      await onProgress(ratio(), name);
    },
  };
}
