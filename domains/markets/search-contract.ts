/** Searching instruments at the providers. The answer comes in the background: ask once, then read until it is done. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { FoundInstrument } from './provider/search-answers.ts';

const Query = z.string().trim().min(2).max(60);
const Search = z.object({
  /** `unasked` until somebody asks, `looking` while the providers are asked, `failed` when none could be. */
  state: z.enum(['unasked', 'looking', 'done', 'failed']),
  items: z.array(FoundInstrument),
});

const ReadSearch = endpoint({
  method: 'GET',
  path: '/api/markets/instrument-searches',
  permission: 'markets.instrument.read',
  summary: 'What the providers said under a name, symbol or ISIN, as far as it is known.',
  query: z.object({ q: Query }),
  response: Search,
});

const AskSearch = endpoint({
  method: 'POST',
  path: '/api/markets/instrument-searches',
  permission: 'markets.instrument.write',
  summary:
    'Asks the providers for a name, symbol or ISIN in the background; what is known of the last day is answered at once.',
  body: z.object({ q: Query }),
  response: Search,
  status: 202,
  refusals: { workspace_simulated: 409 },
});

export const searchApi = { ReadSearch, AskSearch } as const;
