/** The operator's settings of this domain: `markets.…` in cactus.yaml, `CACTUS_MARKETS_…` in the environment. */
import { z } from 'zod';

export const MarketsSettings = z.object({
  /** False keeps Cactus from asking anybody outside: prices are then written by hand. */
  liveProviders: z.boolean().default(true),
  /** Where Yahoo Finance answers. */
  yahooBaseUrl: z.url().default('https://query2.finance.yahoo.com/'),
  /** Where the European Central Bank publishes its reference rates. */
  ecbBaseUrl: z.url().default('https://www.ecb.europa.eu/stats/eurofxref/'),
  /** Seconds between two looks at a coin. */
  coinRefreshSeconds: z.number().int().min(15).max(86_400).default(60),
  /** Seconds between two looks at a listed share, ETF or bond. */
  listedRefreshSeconds: z.number().int().min(15).max(86_400).default(300),
  /** Seconds between two looks at a fund, which publishes once a day. */
  fundRefreshSeconds: z.number().int().min(60).max(604_800).default(21_600),
  /** Milliseconds between two ticks of the simulated market of a demo. */
  simulatorTickMs: z.number().int().min(100).max(60_000).default(1_000),
});

export type MarketsSettings = z.infer<typeof MarketsSettings>;
