/** The operator's settings of this domain: `markets.…` in cactus.yaml, `CACTUS_MARKETS_…` in the environment. */
import { z } from 'zod';

export const MarketsSettings = z.object({
  liveProviders: z
    .boolean()
    .default(true)
    .describe('False keeps Cactus from asking anybody outside: prices are then written by hand.'),
  yahooBaseUrl: z.url().default('https://query2.finance.yahoo.com/').describe('Where Yahoo Finance answers.'),
  ecbBaseUrl: z
    .url()
    .default('https://www.ecb.europa.eu/stats/eurofxref/')
    .describe('Where the European Central Bank publishes its reference rates.'),
  coinRefreshSeconds: z.number().int().min(15).max(86_400).default(60).describe('Seconds between two looks at a coin.'),
  listedRefreshSeconds: z
    .number()
    .int()
    .min(15)
    .max(86_400)
    .default(300)
    .describe('Seconds between two looks at a listed share, ETF or bond.'),
  fundRefreshSeconds: z
    .number()
    .int()
    .min(60)
    .max(604_800)
    .default(21_600)
    .describe('Seconds between two looks at a fund, which publishes once a day.'),
  simulatorTickMs: z
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(1_000)
    .describe('Milliseconds between two ticks of the simulated market of a demo.'),
});

export type MarketsSettings = z.infer<typeof MarketsSettings>;
