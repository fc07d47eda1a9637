/** The operator's settings of this domain: `markets.…` in cactus.yaml, `CACTUS_MARKETS_…` in the environment. */
import { z } from 'zod';

/** An address that a key or a question may be sent to: encrypted, unless it stays on this machine; never the cloud's own address. */
const ProviderUrl = z
  .url()
  .refine((text) => isProviderUrl(text))
  .meta({ allowed: 'an https address without user and password; http only on this machine' });

const ApiKey = z.string().min(8).max(200).nullable().default(null);

export const MarketsSettings = z.object({
  liveProviders: z
    .boolean()
    .default(true)
    .describe('False keeps Cactus from asking anybody outside: prices are then written by hand.'),
  yahooBaseUrl: ProviderUrl.default('https://query2.finance.yahoo.com/').describe('Where Yahoo Finance answers.'),
  ecbBaseUrl: ProviderUrl.default('https://www.ecb.europa.eu/stats/eurofxref/').describe(
    'Where the European Central Bank publishes its reference rates.',
  ),
  coinMarketCapBaseUrl: ProviderUrl.default('https://pro-api.coinmarketcap.com/').describe(
    'Where CoinMarketCap answers.',
  ),
  coinMarketCapApiKey: ApiKey.describe('Key of CoinMarketCap; wins over the one stored on the page.'),
  twelveDataBaseUrl: ProviderUrl.default('https://api.twelvedata.com/').describe('Where Twelve Data answers.'),
  twelveDataApiKey: ApiKey.describe('Key of Twelve Data; wins over the one stored on the page.'),
  financialTimesBaseUrl: ProviderUrl.default('https://markets.ft.com/').describe(
    'Where the fund pages of the Financial Times are.',
  ),
  financialTimes: z
    .boolean()
    .default(false)
    .describe('True reads fund prices from pages of the Financial Times, whose terms allow personal use only.'),
  pricesFolder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Folder of CSV files with prices (date,instrument,price,currency) for what no provider knows.'),
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
  quorumPercent: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .describe('Percent by which two providers may differ before their price waits for a person; 0 asks only one.'),
  quorumSeconds: z
    .number()
    .int()
    .min(60)
    .max(604_800)
    .default(21_600)
    .describe('Seconds between two comparisons of one price with another provider.'),
  simulatorTickMs: z
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(1_000)
    .describe('Milliseconds between two ticks of the simulated market of a demo.'),
});

const METADATA_HOSTS = /^169\.254\.|^\[?fe80:|^metadata\./i; // What clouds tell their machines, keys included.
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function isProviderUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || METADATA_HOSTS.test(url.hostname)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname));
}

export type MarketsSettings = z.infer<typeof MarketsSettings>;
