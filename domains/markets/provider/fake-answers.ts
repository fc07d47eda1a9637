/**
 * What CoinMarketCap, Twelve Data and the Financial Times really answer, for the local servers of tests: made by hand from
 * their documents and from answers seen in the wild. One fund, one coin and three shares of the 20th of November 2026.
 */
import type { FakeAnswers } from './fake-market.ts';

export const FAKE_KEY = 'una-llave-de-prueba';
const UPDATED_AT = '2026-11-20T15:29:40.000Z';
const QUOTED_AT_SECONDS = Date.parse(UPDATED_AT) / 1_000;

type Answer = ReturnType<FakeAnswers>;

/** A refusal as CoinMarketCap writes it: HTTP status and `status` of the body. */
export function coinMarketCapFailure(code: number, httpStatus: number, message: string): Answer {
  return { status: httpStatus, text: JSON.stringify({ status: coinStatus(code, message) }) };
}

function coinStatus(code: number, message: string | null = null) {
  return { timestamp: UPDATED_AT, error_code: code, error_message: message, elapsed: 4, credit_count: 1 };
}

export const coinMarketCapAnswers: FakeAnswers = (path, query, headers) => {
  if (headers['x-cmc_pro_api_key'] !== FAKE_KEY) return coinMarketCapFailure(1001, 401, 'This API Key is invalid.');
  if (path === '/v1/cryptocurrency/map') {
    if (query.get('symbol') !== 'BTC') return coinMarketCapFailure(400, 400, 'Invalid value for "symbol"');
    const data = [
      { id: 31_469, rank: 4_000, name: 'Otro Bitcoin', symbol: 'BTC', is_active: 1 },
      { id: 1, rank: 1, name: 'Bitcoin', symbol: 'BTC', is_active: 1 },
    ];
    return JSON.stringify({ status: coinStatus(0), data });
  }
  if (path !== '/v3/cryptocurrency/quotes/latest') return undefined;
  if (query.get('id') !== '1') return coinMarketCapFailure(400, 400, 'Invalid value for "id"');
  const currency = query.get('convert') ?? 'USD';
  const figure = {
    price: 95_123.456_789_012,
    volume_24h: 31_000_000_000,
    percent_change_24h: 1.25,
    market_cap: 1_900_000_000_000,
    last_updated: UPDATED_AT,
  };
  return JSON.stringify({
    status: coinStatus(0),
    data: [{ id: 1, name: 'Bitcoin', symbol: 'BTC', quote: { [currency]: figure } }],
  });
};

/** A refusal as Twelve Data writes it: in the body, often behind HTTP 200. */
export function twelveDataFailure(code: number, message: string, httpStatus = 200): Answer {
  return { status: httpStatus, text: JSON.stringify({ code, message, status: 'error' }) };
}

const LISTED: Readonly<Record<string, { readonly currency: string; readonly closes: readonly string[] }>> = {
  'BTC/EUR': { currency: '', closes: ['94000.10', '95000.00', '95123.45', '95123.46'] },
  'SAN:XMAD': { currency: 'EUR', closes: ['7.00000', '7.10000', '7.12340'] },
  'SHEL:XLON': { currency: 'GBp', closes: ['2700.00000', '2710.00000', '2750.50000'] },
  AAPL: { currency: 'USD', closes: ['270.10000', '271.20000', '272.30000'] },
  'WRONG:XMAD': { currency: 'USD', closes: ['1', '2'] },
};
const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'];

export const twelveDataAnswers: FakeAnswers = (path, query, headers) => {
  if (headers.authorization !== `apikey ${FAKE_KEY}`)
    return twelveDataFailure(401, '**apikey** parameter is incorrect');
  const symbol = query.get('symbol') ?? '';
  const market = query.get('mic_code');
  const listed = LISTED[market === null ? symbol : `${symbol}:${market}`];
  if (!listed) return twelveDataFailure(404, `**symbol** or **figi** parameter is missing or invalid: ${symbol}`);
  const { currency, closes } = listed;
  const named = currency === '' ? {} : { currency };
  if (path === '/quote') {
    return JSON.stringify({
      symbol,
      name: `${symbol} Sociedad Anónima`,
      exchange: 'TST',
      ...named,
      datetime: '2026-11-20',
      timestamp: QUOTED_AT_SECONDS - 3_600,
      last_quote_at: QUOTED_AT_SECONDS,
      close: closes.at(-1),
      previous_close: closes.at(-2),
      is_market_open: true,
    });
  }
  const values = closes.map((close, index) => ({
    datetime: DAYS.slice(-closes.length)[index] ?? '',
    close,
    volume: '1',
  }));
  return JSON.stringify({ meta: { symbol, interval: '1day', ...named }, values, status: 'ok' });
};

export const FT_CONSENT = '<!DOCTYPE html><title>Cookies on FT Sites</title><form action="/consent">Accept</form>';
const FUNDS: Readonly<Record<string, { readonly currency: string; readonly price: string }>> = {
  'LU0996182563:EUR': { currency: 'EUR', price: '1,234.56' },
  'GB00B3X7QG63:GBP': { currency: 'GBX', price: '45,678.90' },
};

export const financialTimesAnswers: FakeAnswers = (path, query) => {
  const fund = FUNDS[query.get('s') ?? ''];
  if (path === '/data/funds/tearsheet/summary' && fund) {
    return `<!DOCTYPE html><html><h1 class="mod-tearsheet-overview__header__name mod-tearsheet-overview__header__name--large">Un fondo global</h1>
      <ul><li><span class="mod-ui-data-list__label">Price (${fund.currency})</span><span class="mod-ui-data-list__value">${fund.price}</span></li>
      <li><span class="mod-ui-data-list__label">Today's Change</span><span class="mod-ui-data-list__value">2.10 / 0.17%</span></li></ul>
      <div class="mod-disclaimer">Data delayed at least 15 minutes, as of Nov 19 2026.</div></html>`;
  }
  if (path === '/data/funds/tearsheet/historical' && fund) {
    const config = JSON.stringify({ symbol: '67890123', inception: '2013-11-29T00:00:00Z' }).replaceAll('"', '&quot;');
    return `<!DOCTYPE html><div data-f2-app-id="mod-tearsheet-historical-prices" data-mod-config="${config}"></div>`;
  }
  if (path !== '/data/equities/ajax/get-historical-prices' || query.get('symbol') !== '67890123') return undefined;
  return JSON.stringify({
    html: [
      historyRow('Thursday, November 19, 2026', '1,234.56'),
      historyRow('Wednesday, November 18, 2026', '1,232.46'),
      historyRow('Tuesday, November 17, 2026', '999.00'),
    ].join(''),
  });
};

function historyRow(day: string, price: string): string {
  const cells = [price, price, price, price, '--'].map((cell) => `<td>${cell}</td>`).join('');
  return `<tr><td class="mod-ui-table__cell--text"><span class="mod-ui-hide-small-below">${day}</span><span class="mod-ui-hide-medium-above">${day.slice(0, 3)}</span></td>${cells}</tr>`;
}
