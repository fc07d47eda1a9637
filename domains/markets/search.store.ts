/** Searches in the database: what was asked, and what the providers said, for every process and every workspace. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { FoundInstrument } from './provider/search-answers.ts';

export interface InstrumentSearch {
  readonly askedAtMs: number;
  readonly doneAtMs: number | null;
  readonly failure: string | null;
  readonly found: readonly FoundInstrument[];
}

const KEPT_DAYS = 30; // An older question is asked anew.

/** What is known of a search; null when nobody asked. */
export async function findSearch(queryable: Queryable, query: string): Promise<InstrumentSearch | null> {
  const { rows } = await sql<{
    asked_at: number;
    done_at: number | null;
    failure: string | null;
    found: readonly FoundInstrument[];
  }>`select asked_at, done_at, failure, found from markets_searches where query = ${query}`.execute(queryable.tables());
  const [row] = rows;
  return row ? { askedAtMs: row.asked_at, doneAtMs: row.done_at, failure: row.failure, found: row.found } : null;
}

/** Notes that a search was asked for; what was found before stays until the answer. Forgets very old ones. */
export async function insertSearch(tx: Transaction, query: string, atMs: number): Promise<void> {
  const at = new Date(atMs).toISOString();
  await sql`delete from markets_searches
    where asked_at < ${at}::timestamptz - make_interval(days => ${KEPT_DAYS}::int)`.execute(tx.tables());
  await sql`insert into markets_searches (query, asked_at) values (${query}, ${at})
    on conflict (query) do update set asked_at = excluded.asked_at, done_at = null, failure = null`.execute(
    tx.tables(),
  );
}

/** Writes the answer down. */
export async function updateSearch(
  tx: Transaction,
  query: string,
  answer: { readonly found: readonly FoundInstrument[]; readonly failure: string | null; readonly atMs: number },
): Promise<void> {
  await sql`update markets_searches set found = ${JSON.stringify(answer.found)}::jsonb,
    failure = ${answer.failure?.slice(0, 500) ?? null}, done_at = ${new Date(answer.atMs).toISOString()}
    where query = ${query}`.execute(tx.tables());
}
