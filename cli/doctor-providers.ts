/** What `cactus doctor` says of the price providers: set up or not, how they fared last, and whether their place is reachable. */
import type { ProviderReport } from '#markets';
import type { Check } from './doctor.ts';

type IsListening = (host: string, port: number) => Promise<boolean>;

const NAMES: Readonly<Record<string, string>> = {
  yahoo: 'Yahoo',
  ecb: 'ECB rates',
  coinmarketcap: 'CoinMarketCap',
  twelve_data: 'Twelve Data',
  financial_times: 'FT funds',
  file: 'Prices folder',
};
const QUOTA_LOW_RATIO = 0.9;

/** One check per provider. Connects to see whether the place answers; asks for no price and spends no credit. */
export async function checkProviders(
  reports: readonly ProviderReport[] | null,
  isListening: IsListening,
): Promise<Check[]> {
  if (reports === null) {
    const remedy = 'Prices are written by hand. Set CACTUS_MARKETS_LIVE_PROVIDERS=true to ask Yahoo and the ECB.';
    return [{ name: 'Prices', state: 'ok', detail: 'live providers are off', remedy }];
  }
  return Promise.all(reports.map(async (report) => checkProvider(report, isListening)));
}

async function checkProvider(report: ProviderReport, isListening: IsListening): Promise<Check> {
  const { provider, baseUrl, health, isSetUp, keySource } = report;
  const name = NAMES[provider] ?? provider;
  if (!isSetUp) {
    const remedy = keySource === 'none' ? 'A key goes into Ajustes → Proveedores de precios; it is optional.' : null;
    return { name, state: 'ok', detail: 'not set up', remedy };
  }
  if (baseUrl !== null && !(await isReachable(baseUrl, isListening))) {
    const { hostname } = new URL(baseUrl);
    const remedy = `Let this machine reach ${hostname}; until then its prices grow stale, and say so.`;
    return { name, state: 'warning', detail: `${hostname} takes no connection`, remedy };
  }
  const spent = health?.credits.find(({ usedCredits, limitCredits }) => usedCredits >= limitCredits * QUOTA_LOW_RATIO);
  if (spent) {
    const left = spent.limitCredits - spent.usedCredits;
    const detail = `${left} of ${spent.limitCredits} credits of the ${spent.window} left`;
    return {
      name,
      state: 'warning',
      detail,
      remedy: 'Ask less often (markets.*RefreshSeconds) or take a larger plan.',
    };
  }
  const hasFailedLast = (health?.lastFailureAtMs ?? 0) > (health?.lastSuccessAtMs ?? 0);
  if (hasFailedLast || health?.state === 'open') {
    const remedy = 'Ajustes → Proveedores de precios tests it and shows since when.';
    return { name, state: 'warning', detail: health?.lastFailure ?? 'its last answer failed', remedy };
  }
  const detail = health?.lastSuccessAtMs
    ? `answered at ${new Date(health.lastSuccessAtMs).toISOString()}`
    : 'not asked yet';
  return { name, state: 'ok', detail, remedy: null };
}

async function isReachable(baseUrl: string, isListening: IsListening): Promise<boolean> {
  const { hostname, port, protocol } = new URL(baseUrl);
  return isListening(hostname, Number(port) || (protocol === 'https:' ? 443 : 80));
}
