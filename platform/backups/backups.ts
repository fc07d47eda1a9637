/**
 * Backups of this installation as jobs, pages and commands use them: one at a time among all processes, recorded, pruned,
 * copied off-site, and called verified only after a restore proved it.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, DAY_MS, Fault } from '#kernel';
import { backupFolderOf, type BackupFile, listBackupFiles } from './backup-file.ts';
import {
  adoptRecord,
  type BackupRecord,
  deleteOldRecords,
  findBirth,
  findRecord,
  listRecords,
  recordFailed,
  recordOffsite,
  recordProgress,
  recordReady,
  recordVerified,
  recordVerifying,
  startRecord,
} from './backup.store.ts';
import { createBackup, type CreatedBackup } from './create.ts';
import type { Offsite } from './offsite.ts';
import { planPruning } from './retention.ts';
import type { BackupHouse, Progress } from './types.ts';
import { summaryOf, type VerifiedBackup, verifyBackup } from './verify.ts';

const LOCK_NAME = 'platform.backups';
const CANCEL_ASKED_EVERY_MS = 1_000;
const HISTORY_MS = 90 * DAY_MS;
const YOUNG_MS = 1.5 * DAY_MS;

export interface BackupView {
  /** Null for a file that is no backup. */
  readonly backupId: string | null;
  readonly file: BackupFile | null;
  readonly record: BackupRecord | null;
}

export interface Backups {
  readonly house: BackupHouse;
  readonly offsite: Offsite | null;
  /** Makes, records, prunes and copies one. Throws `backup_running`, `backup_cancelled` or what went wrong. */
  create(kind: BackupRecord['kind'], progress: Progress): Promise<CreatedBackup>;
  /** Proves one; the newest without a name. Throws `backup_not_found` or what is wrong with it. */
  verify(fileName: string | null, progress: Progress): Promise<VerifiedBackup & { readonly fileName: string }>;
  /** Files and what is known of them, newest first, with runs that left none. */
  list(): Promise<readonly BackupView[]>;
  figures(): Promise<BackupFigures>;
  /**
   * Looks after the copy of the newest backup: copies it when that failed before, else asks whether it is still there whole
   * (every byte when `isFull`). What is wrong is recorded, for the page and the bell.
   */
  checkOffsite(isFull: boolean): Promise<void>;
}

export interface BackupFigures {
  readonly lastReadyAtMs: number | null;
  readonly lastSizeBytes: bigint | null;
  readonly lastVerifiedAtMs: number | null;
  /** Of the newest backup that was tried. */
  readonly lastVerifyState: BackupRecord['verifyState'] | null;
  readonly lastVerifyError: string | null;
  /** Of the newest backup; null when its copy is fine or none was wanted. */
  readonly lastOffsiteError: string | null;
  /** The installation has not lived through its first night. */
  readonly isYoung: boolean;
}

export function createBackups(house: BackupHouse, offsite: Offsite | null): Backups {
  return {
    house,
    offsite,
    create: (kind, progress) =>
      alone(house, async () => {
        const created = await createRecorded(house, kind, progress);
        await prune(house);
        if (offsite) await copyOffsite(house, offsite, created);
        return created;
      }),
    verify: (fileName, progress) => alone(house, () => verifyRecorded(house, fileName, progress)),
    list: () => listBackups(house),
    figures: () => figuresOf(house),
    checkOffsite: async (isFull) => {
      if (offsite) await alone(house, () => checkOffsite(house, offsite, isFull));
    },
  };
}

async function alone<Value>(house: BackupHouse, work: () => Promise<Value>): Promise<Value> {
  const lock = await house.db.tryLock(LOCK_NAME);
  if (!lock) {
    throw new Fault('backup_running', 'Another backup or verification is running; wait for it or cancel it.', {
      retryable: true,
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function createRecorded(
  house: BackupHouse,
  kind: BackupRecord['kind'],
  progress: Progress,
): Promise<CreatedBackup> {
  const { db, clock } = house;
  const backupId = house.newId();
  await startRecord(db, { backupId, kind, startedAtMs: clock() });
  const stopping = new AbortController();
  const asking = setInterval(() => {
    findRecord(db, backupId)
      .then((record) => record?.isCancelAsked === true && stopping.abort(cancelled()))
      .catch(() => undefined); // Asked again a second later.
  }, CANCEL_ASKED_EVERY_MS);
  const watched: Progress = {
    signal: AbortSignal.any([stopping.signal, progress.signal]),
    report: async (doneRatio, message) => {
      await recordProgress(db, { backupId, doneRatio, message });
      await progress.report(doneRatio, message);
    },
  };
  try {
    const created = await createBackup({ ...house, newId: () => backupId }, watched);
    const summary = summaryOf({ createdAtMs: created.createdAtMs }, created.manifest);
    await recordReady(db, {
      backupId,
      fileName: created.fileName,
      sizeBytes: BigInt(created.sizeBytes),
      sha256: created.sha256,
      rowCount: BigInt(summary.rowCount),
      tableCount: summary.tableCount,
      fileCount: BigInt(summary.fileCount),
      damagedFileCount: summary.damagedFiles.length,
      finishedAtMs: clock(),
    });
    return created;
  } catch (error) {
    const state = stopping.signal.aborted ? 'cancelled' : 'failed';
    await recordFailed(db, { backupId, state, error: messageOf(error), atMs: clock() });
    throw stopping.signal.aborted ? cancelled() : error;
  } finally {
    clearInterval(asking);
  }
}

async function verifyRecorded(
  house: BackupHouse,
  fileName: string | null,
  progress: Progress,
): Promise<VerifiedBackup & { readonly fileName: string }> {
  const { db, clock } = house;
  const file = await requireFile(house, fileName);
  const backupId = file.header?.backupId ?? null;
  if (backupId !== null) await adoptUnknown(house, file);
  const watched: Progress = {
    signal: progress.signal,
    report: async (doneRatio, message) => {
      if (backupId !== null) await recordVerifying(db, { backupId, doneRatio });
      await progress.report(doneRatio, message);
    },
  };
  try {
    await watched.report(0, '');
    const verified = await verifyBackup(house, file.path, watched);
    if (backupId !== null) await recordVerified(db, { backupId, error: null, atMs: clock() });
    return { ...verified, fileName: file.fileName };
  } catch (error) {
    if (backupId !== null) await recordVerified(db, { backupId, error: messageOf(error), atMs: clock() });
    throw error;
  }
}

async function requireFile(house: BackupHouse, fileName: string | null): Promise<BackupFile> {
  const files = await listBackupFiles(backupFolderOf(house.dataDir));
  const file = fileName === null ? files[0] : files.find((each) => each.fileName === fileName);
  if (file) return file;
  throw new Fault('backup_not_found', 'There is no such backup. Make one: cactus backup create', { retryable: false });
}

async function adoptUnknown({ db }: BackupHouse, file: BackupFile): Promise<void> {
  const { header, fileName, sizeBytes } = file;
  assert(header, 'backup: only files with a header are adopted');
  const known = await findRecord(db, header.backupId);
  if (known?.state === 'ready') return;
  await adoptRecord(db, {
    backupId: header.backupId,
    createdAtMs: header.createdAtMs,
    fileName,
    sizeBytes: BigInt(sizeBytes),
  });
}

async function listBackups({ db, dataDir }: BackupHouse): Promise<readonly BackupView[]> {
  const records = await listRecords(db);
  const files = await listBackupFiles(backupFolderOf(dataDir));
  const ofFiles = files.map((file): BackupView => {
    const backupId = file.header?.backupId ?? null;
    const record = records.find((each) => each.backupId === backupId || each.fileName === file.fileName) ?? null;
    return { backupId, file, record };
  });
  const shown = new Set(ofFiles.map(({ record }) => record?.backupId));
  const ofRuns = records
    .filter(({ backupId, state }) => !shown.has(backupId) && state !== 'ready')
    .map((record): BackupView => ({ backupId: record.backupId, file: null, record }));
  return [...ofRuns, ...ofFiles].toSorted((left, right) => atOf(right) - atOf(left));
}

function atOf({ file, record }: BackupView): number {
  return file?.header?.createdAtMs ?? record?.startedAtMs ?? 0;
}

async function figuresOf({ db, clock }: BackupHouse): Promise<BackupFigures> {
  const ready = (await listRecords(db)).filter(({ state }) => state === 'ready');
  const [newest] = ready;
  const tried = ready
    .filter(({ verifiedAtMs }) => verifiedAtMs !== null)
    .toSorted((left, right) => (right.verifiedAtMs ?? 0) - (left.verifiedAtMs ?? 0));
  return {
    lastReadyAtMs: newest?.startedAtMs ?? null,
    lastSizeBytes: newest?.sizeBytes ?? null,
    lastVerifiedAtMs: tried.find(({ verifyState }) => verifyState === 'verified')?.verifiedAtMs ?? null,
    lastVerifyState: tried[0]?.verifyState ?? null,
    lastVerifyError: tried[0]?.verifyError ?? null,
    lastOffsiteError: newest?.offsiteState === 'failed' ? newest.offsiteError : null,
    isYoung: clock() - (await findBirth(db)) < YOUNG_MS,
  };
}

/** Deletes what the retention does not keep. A file that is no backup stays: it may be somebody's, and it is listed. */
async function prune(house: BackupHouse): Promise<void> {
  const folder = backupFolderOf(house.dataDir);
  const files = (await listBackupFiles(folder)).flatMap(({ fileName, header }) =>
    header ? [{ fileName, createdAtMs: header.createdAtMs, backupId: header.backupId }] : [],
  );
  const pruned = planPruning(files);
  for (const { fileName } of pruned) await rm(join(folder, fileName), { force: true });
  const keptIds = files.filter((file) => !pruned.includes(file)).map(({ backupId }) => backupId);
  await deleteOldRecords(house.db, { beforeMs: house.clock() - HISTORY_MS, keptIds });
}

/** A copy that fails does not fail the backup: it is recorded, and the watch tells people. */
async function checkOffsite(house: BackupHouse, offsite: Offsite, isFull: boolean): Promise<void> {
  const newest = (await listRecords(house.db)).find(({ state }) => state === 'ready');
  if (!newest || newest.fileName === null || newest.sizeBytes === null || newest.sha256 === null) return;
  const { backupId, fileName, sha256, offsiteState } = newest;
  const copy = { fileName, sha256, sizeBytes: Number(newest.sizeBytes) };
  const path = join(backupFolderOf(house.dataDir), fileName);
  // A copy that failed, or was made before a place was set, is made now.
  const work = offsiteState === 'copied' ? offsite.check(copy, isFull) : offsite.copy({ ...copy, path });
  await recordWork(house, backupId, work);
}

async function copyOffsite(house: BackupHouse, offsite: Offsite, created: CreatedBackup): Promise<void> {
  await recordWork(house, created.backupId, offsite.copy(created));
}

async function recordWork(house: BackupHouse, backupId: string, work: Promise<void>): Promise<void> {
  try {
    await work;
    await recordOffsite(house.db, { backupId, error: null, atMs: house.clock() });
  } catch (error) {
    house.log.error('A backup was not copied off-site', { backupId, error: messageOf(error) });
    await recordOffsite(house.db, { backupId, error: messageOf(error), atMs: house.clock() });
  }
}

function cancelled(): Fault {
  return new Fault('backup_cancelled', 'The backup was cancelled.', { retryable: false });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
