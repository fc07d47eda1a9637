/** The search of the providers, away from the request: it costs credits and seconds. */
import { job, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';
import { feedOf } from './feed.ts';
import type { FeedPlatform } from './refresh.ts';
import { updateSearch } from './search.store.ts';

export const SEARCH_JOB = 'markets.instrument.search';
const Payload = z.object({ query: z.string().min(1).max(100) });

/** Asks the chain once; a failure is the answer, so the job itself does not fail. */
export function searchJob(platform: FeedPlatform): JobDefinition<z.infer<typeof Payload>> {
  return job({
    name: SEARCH_JOB,
    attemptsMax: 2,
    parse: (payload) => Payload.parse(payload),
    async run({ query }) {
      const { chain } = feedOf(platform);
      const result = await chain.search(query);
      const found = result.ok ? result.value : [];
      const failure = result.ok ? null : `provider_failed: ${JSON.stringify(result.details['reasons'])}`;
      await platform.db.transaction((tx) => updateSearch(tx, query, { found, failure, atMs: platform.clock() }));
    },
  });
}
