/** Searches over HTTP: a question is written down for the workers, and answered from what they wrote. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { searchApi } from './search-contract.ts';
import { SEARCH_JOB } from './search.job.ts';
import { findSearch, insertSearch, type InstrumentSearch } from './search.store.ts';
import { isSimulatedWorkspace } from './workspace.store.ts';

const FRESH_MS = 24 * 3_600_000; // Names change by the year; a new listing shows the next day.
const RETRY_MS = 30_000; // After a failure, and for an answer that never came.

export function searchRoutes(http: Http, platform: Platform): void {
  http.route(searchApi.ReadSearch, async ({ query }) => {
    return ok(searchMessage(await findSearch(platform.db, queryOf(query.q))));
  });

  http.route(searchApi.AskSearch, async ({ body, actor }) => {
    if (await isSimulatedWorkspace(platform.db, actor.workspaceId)) return refuse('workspace_simulated');
    const query = queryOf(body.q);
    const known = await findSearch(platform.db, query);
    if (known && !isDue(known, platform.clock())) return ok(searchMessage(known));
    await platform.db.transaction(async (tx) => {
      await insertSearch(tx, query, platform.clock());
      await tx.addJob(SEARCH_JOB, { query }, { key: `${SEARCH_JOB}:${query}` });
    });
    return ok({ state: 'looking' as const, items: [] });
  });
}

/** One spelling for one question, so that everybody shares its answer. */
function queryOf(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function isDue({ askedAtMs, doneAtMs, failure }: InstrumentSearch, atMs: number): boolean {
  const keptMs = doneAtMs === null || failure !== null ? RETRY_MS : FRESH_MS;
  return atMs - askedAtMs >= keptMs;
}

function searchMessage(search: InstrumentSearch | null) {
  if (!search) return { state: 'unasked' as const, items: [] };
  const items = [...search.found];
  if (search.doneAtMs === null) return { state: 'looking' as const, items: [] };
  return search.failure === null ? { state: 'done' as const, items } : { state: 'failed' as const, items: [] };
}
