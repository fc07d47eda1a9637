/**
 * Reading an import: plans the file in the limited process and stores every row with its verdict. Nothing reaches the
 * ledger: a rehearsal of the recording is rolled back, so that the preview promises only what confirmation will keep.
 */
import { EVERY_ROW, dateInZone, Fault, type LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { JobContext } from '#platform/jobs';
import { findKeys } from '../ledger.store.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { findPortfolio, type Portfolio } from '../portfolio.store.ts';
import { recordEvents, type RecordProblem } from '../recording.ts';
import { planFile } from './file-plan.ts';
import {
  beginReading,
  findImport,
  type ImportBatch,
  type ImportRefusal,
  insertRows,
  readRecordedOpenings,
  readRows,
  recallMapping,
  type RowStatus,
  type RowVerdict,
  saveOutline,
  type StoredRow,
  updateImportStatus,
  updateRows,
} from './import.store.ts';
import { announceImport } from './import-progress.ts';
import { issue } from './issue.ts';
import { instrumentFact } from './planned-row.ts';
import { findPriceRefreshes, type PriceRefresh } from './price-refresh.ts';
import { shortText } from './row-facts.ts';

export interface ReadingOrder {
  readonly workspaceId: string;
  readonly importId: string;
  readonly round: number;
}

/** Where rows without an account go; people rename it in the mapping. */
export const DEFAULT_ACCOUNT = 'Principal';
const ROWS_PER_PAGE = 5_000;
/** Each rehearsal drops the rows it refused; what remains is refused again only if it depended on them. */
const REHEARSALS_MAX = 4;

type ReadingContext = Pick<JobContext, 'signal' | 'progress'>;

/** Reads one import to its preview or its refusal. Safe to run again; stops quietly when cancelled or re-mapped. */
export async function readImport(platform: Platform, order: ReadingOrder, context: ReadingContext): Promise<void> {
  const batch = await findImport(platform.db, { ...order, rows: EVERY_ROW });
  const scope = { workspaceId: order.workspaceId, rows: EVERY_ROW };
  const portfolio = batch && (await findPortfolio(platform.db, { ...scope, portfolioId: batch.portfolioId }));
  if (!batch || !portfolio || batch.status !== 'reading' || batch.round !== order.round) return;
  const file = await platform.files.find(platform.db, { workspaceId: order.workspaceId, fileId: batch.fileId });
  if (!file) return refuseImport(platform, batch, { code: 'file_missing', details: {} });
  try {
    const outcome = await platform.files.withLocalCopy(file, (path) =>
      planIntoRows(platform, { batch, portfolio, path, context }),
    );
    if (outcome) return await refuseImport(platform, batch, outcome);
  } catch (error) {
    // Cancelled by a person or replaced by a newer mapping: the row already says so.
    if (error instanceof Fault && error.code === 'import_cancelled' && !context.signal.aborted) return;
    // The bytes are gone or damaged: trying again changes nothing, uploading again does.
    if (error instanceof Fault && ['file_content_differs', 'object_not_found'].includes(error.code)) {
      return refuseImport(platform, batch, { code: 'file_missing', details: {} });
    }
    throw error;
  }
  await judgeRows(platform, { batch, portfolio });
  announceImport(platform, batch);
}

interface Reading {
  readonly batch: ImportBatch;
  readonly portfolio: Portfolio;
  readonly path: string;
  readonly context: ReadingContext;
}

async function planIntoRows(platform: Platform, reading: Reading): Promise<ImportRefusal | null> {
  const { batch, portfolio, path, context } = reading;
  const { workspaceId } = batch;
  const at = { importId: batch.id, round: batch.round };
  const stop = new AbortController();
  const wanted = await platform.db.transaction((tx) => beginReading(tx, at));
  if (!wanted) return null;
  let total = 0;
  let position = 0;
  const outcome = await planFile({
    path,
    defaults: { today: todayOf(platform), currency: portfolio.baseCurrency, accountName: DEFAULT_ACCOUNT },
    mapping: batch.mapping,
    signal: AbortSignal.any([stop.signal, context.signal]),
    recall: (fingerprint) => recallMapping(platform.db, { workspaceId, fingerprint }),
    onOutline: async (outline, rowCount) => {
      total = rowCount;
      await platform.db.transaction((tx) => saveOutline(tx, { ...at, outline, rowCount }));
    },
    onRows: async (rows) => {
      const isWanted = await platform.db.transaction((tx) =>
        insertRows(tx, { workspaceId, ...at, fromPosition: position, rows }),
      );
      position += rows.length;
      if (!isWanted) stop.abort();
      await context.progress(total === 0 ? 0 : Math.min(1, position / total), `${position} / ${total}`);
      announceImport(platform, batch);
    },
  });
  return outcome.ok ? null : { code: outcome.code, details: outcome.details };
}

/** The day it is for the people of this installation. */
export function todayOf({ clock, config }: Pick<Platform, 'clock' | 'config'>): LocalDate {
  return dateInZone(clock(), config.section<{ readonly timeZone: string }>('portfolios').timeZone);
}

async function refuseImport(platform: Platform, batch: ImportBatch, refusal: ImportRefusal): Promise<void> {
  await platform.db.transaction((tx) => updateImportStatus(tx, batch.id, { status: 'refused', refusal }));
  announceImport(platform, batch);
}

/** Tells new rows from known and changed ones, rehearses the recording, and closes the preview. */
async function judgeRows(
  platform: Platform,
  { batch, portfolio }: { batch: ImportBatch; portfolio: Portfolio },
): Promise<void> {
  const fresh = await collectRows(platform.db, batch.id);
  const known = await platform.db.transaction((tx) => knownKeys(tx, { portfolio, rows: fresh }));
  const changed = await changedOpenings(platform.db, { batch, rows: fresh, known });
  const question = { batch, rows: fresh, today: todayOf(platform) };
  const refreshes = await platform.db.transaction((tx) => findPriceRefreshes(platform, tx, question));
  const refreshed = new Map(refreshes.map((refresh) => [refresh.position, refresh]));
  const verdicts: RowVerdict[] = [];
  const left: StoredRow[] = [];
  for (const row of fresh) {
    const newDrafts = row.drafts.filter((draft) => !known.has(draft.idempotencyKey));
    const name = changed.get(row.position);
    if (newDrafts.length === 0) verdicts.push(knownVerdict(row, refreshed.get(row.position)));
    else if (name !== undefined) {
      verdicts.push({
        position: row.position,
        status: 'changed',
        issues: [issue('opening_changed', 'warning', { params: { name } })],
      });
    } else left.push(row);
  }
  verdicts.push(...(await rehearse(platform, { batch, rows: left })));
  await platform.db.transaction(async (tx) => {
    await updateRows(tx, batch.id, verdicts);
    const current = await findImport(tx, { workspaceId: batch.workspaceId, rows: EVERY_ROW, importId: batch.id });
    // A cancellation or a new mapping may have come while the rows were judged.
    if (current?.status === 'reading' && current.round === batch.round)
      await updateImportStatus(tx, batch.id, { status: 'previewed' });
  });
}

function knownVerdict({ position }: StoredRow, refresh: PriceRefresh | undefined): RowVerdict {
  if (!refresh) return { position, status: 'known', issues: [] };
  const { price, currency, on } = refresh.price;
  const params = { price: shortText(price), currency, date: on };
  return { position, status: 'repriced', issues: [issue('price_refreshed', 'info', { params })] };
}

/** All rows that would be recorded, in file order; of one status. */
export async function collectRows(
  queryable: Queryable,
  importId: string,
  statuses: readonly RowStatus[] = ['new'],
): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for (;;) {
    const page = await readRows(queryable, {
      importId,
      statuses,
      afterPosition: rows.at(-1)?.position ?? -1,
      limit: ROWS_PER_PAGE,
    });
    rows.push(...page);
    if (page.length < ROWS_PER_PAGE) return rows;
  }
}

async function knownKeys(
  tx: Transaction,
  facts: { portfolio: Portfolio; rows: readonly StoredRow[] },
): Promise<ReadonlySet<string>> {
  const keys = facts.rows.flatMap((row) => row.drafts.map((draft) => draft.idempotencyKey));
  const found = await findKeys(tx, facts.portfolio.id, keys);
  return new Set([...found].filter(([, state]) => state.isLive).map(([key]) => key));
}

/**
 * Opening rows of an instrument that an earlier import already opened in that account with other figures. Recording both
 * would count the position twice; which of the two is true only a person knows.
 */
async function changedOpenings(
  queryable: Queryable,
  facts: { batch: ImportBatch; rows: readonly StoredRow[]; known: ReadonlySet<string> },
): Promise<Map<number, string>> {
  const { batch, rows, known } = facts;
  const keysInFile = new Set(rows.flatMap((row) => row.drafts.map((draft) => draft.idempotencyKey)));
  const earlier = await readRecordedOpenings(queryable, { portfolioId: batch.portfolioId, importId: batch.id });
  const replaced = new Set(earlier.filter((draft) => !keysInFile.has(draft.idempotencyKey)).map(openingSubject));
  const changed = new Map<number, string>();
  for (const row of rows) {
    const opening = row.drafts.find((draft) => draft.type === 'opening' && !known.has(draft.idempotencyKey));
    if (opening && replaced.has(openingSubject(opening)))
      changed.set(row.position, opening.instrument?.name ?? opening.accountName);
  }
  return changed;
}

function openingSubject(draft: LedgerEventDraft): string {
  return JSON.stringify([draft.accountName.toLowerCase(), instrumentFact(draft.instrument) ?? draft.currency]);
}

class Rehearsed extends Error {
  readonly problems: readonly RecordProblem[];

  constructor(problems: readonly RecordProblem[]) {
    super('rehearsal: rolled back on purpose');
    this.problems = problems;
  }
}

/** Records everything in a transaction that is always rolled back; rows the ledger refuses become errors. */
async function rehearse(
  platform: Platform,
  facts: { batch: ImportBatch; rows: readonly StoredRow[] },
): Promise<RowVerdict[]> {
  const verdicts: RowVerdict[] = [];
  let rows = facts.rows;
  for (let round = 0; round < REHEARSALS_MAX && rows.length > 0; round += 1) {
    const problems = await rehearseOnce(platform, facts.batch, rows);
    if (problems.length === 0) return verdicts;
    const refused = verdictsOf(problems, rows);
    if (refused.length === 0) return verdicts;
    verdicts.push(...refused);
    const gone = new Set(refused.map(({ position }) => position));
    rows = rows.filter(({ position }) => !gone.has(position));
  }
  return verdicts;
}

async function rehearseOnce(
  platform: Platform,
  batch: ImportBatch,
  rows: readonly StoredRow[],
): Promise<readonly RecordProblem[]> {
  const { workspaceId, portfolioId, id: importId } = batch;
  try {
    await platform.db.transaction(async (tx) => {
      const events = rows.flatMap((row) => row.drafts);
      const outcome = await recordEvents(platform, tx, {
        workspaceId,
        rows: EVERY_ROW,
        portfolioId,
        importId,
        userId: null,
        events,
      });
      throw new Rehearsed(outcome.ok ? [] : ((outcome.details['problems'] ?? []) as RecordProblem[]));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.problems;
    throw error;
  }
  return [];
}

/** What the ledger said about rows, as the rows' own issues. */
export function verdictsOf(problems: readonly RecordProblem[], rows: readonly StoredRow[]): RowVerdict[] {
  const byPlace = new Map(rows.map((row) => [`${row.sheet} ${row.row}`, row.position]));
  const verdicts = new Map<number, RowVerdict>();
  for (const problem of problems) {
    const position = byPlace.get(`${problem.sheet} ${problem.row}`);
    if (position === undefined || verdicts.has(position)) continue;
    const advice = typeof problem['advice'] === 'string' ? problem['advice'] : problem.code;
    const params = { advice, code: problem.code };
    verdicts.set(position, { position, status: 'error', issues: [issueOfProblem(problem, params)] });
  }
  return [...verdicts.values()];
}

function issueOfProblem(problem: RecordProblem, params: Record<string, string>) {
  if (problem.code !== 'sells_more_than_held') return issue('ledger_refuses', 'error', { params });
  const text = (fact: unknown): string =>
    fact === null || fact === undefined ? '0' : (JSON.stringify(fact) ?? '').replaceAll('"', '');
  return issue('sells_more_than_held', 'error', {
    params: { ...params, wanted: text(problem['wanted']), held: text(problem['held']) },
  });
}
