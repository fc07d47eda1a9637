/** A local server that speaks the providers' real shapes and their faults, for tests and offline trials. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type FakeFault =
  | 'none'
  | 'too_many_requests'
  | 'not_found'
  | 'consent_page'
  | 'consent_redirect'
  | 'truncated'
  | 'slow'
  | 'server_error'
  | 'null_closes'
  | 'doctype';

export interface FakeMarket {
  readonly baseUrl: string;
  fault: FakeFault;
  /** Paths with their query, in the order they came. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Body of a healthy answer for a path, or an answer with a status of its own; undefined answers 404 as Yahoo does. */
export type FakeAnswers = (
  path: string,
  query: URLSearchParams,
  headers: IncomingMessage['headers'],
) => string | { readonly status: number; readonly text: string } | undefined;

const SLOW_MS = 5_000; // Longer than any timeout a test gives.
const CONSENT = '<!DOCTYPE html><html lang="es"><title>Antes de continuar</title><form>consent</form></html>';
const NOT_FOUND =
  '{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}';

/** Starts the server on a free loopback port. */
export async function startFakeMarket(answers: FakeAnswers): Promise<FakeMarket> {
  const timers = new Set<NodeJS.Timeout>();
  const market: { fault: FakeFault; requests: string[] } = { fault: 'none', requests: [] };
  const server = createServer((request, response) => {
    market.requests.push(request.url ?? '');
    if (market.fault === 'slow') {
      timers.add(setTimeout(() => respond(request, response, { fault: 'none', answers }), SLOW_MS));
      return;
    }
    respond(request, response, { fault: market.fault, answers });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(market, {
    baseUrl: `http://127.0.0.1:${port}/`,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  });
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { fault, answers }: { readonly fault: FakeFault; readonly answers: FakeAnswers },
): void {
  const url = new URL(request.url ?? '/', 'http://fake');
  const path = decodeURIComponent(url.pathname);
  const body = fault === 'not_found' ? undefined : answers(path, url.searchParams, request.headers);
  const send = (status: number, type: string, text: string): void => {
    response.writeHead(status, { 'content-type': type }).end(text);
  };
  if (fault === 'too_many_requests') send(429, 'text/plain', 'Too Many Requests\r\n');
  else if (fault === 'consent_page') send(200, 'text/html', CONSENT);
  else if (fault === 'consent_redirect') response.writeHead(302, { location: 'https://consent.example/' }).end();
  else if (fault === 'server_error') send(500, 'text/html', '<h1>Internal error</h1>');
  else if (body === undefined) send(404, 'application/json', NOT_FOUND);
  else if (typeof body === 'object') send(body.status, 'application/json', body.text);
  else if (fault === 'truncated') send(200, 'application/json', body.slice(0, Math.floor(body.length / 2)));
  else if (fault === 'null_closes')
    send(200, 'application/json', body.replace(/"close":\[[^\]]*\]/, '"close":[null,null,null]'));
  else if (fault === 'doctype') send(200, 'text/xml', body.replace('<gesmes', '<!DOCTYPE x [<!ENTITY a "b">]><gesmes'));
  else send(200, 'application/json', body);
}

/** As JSON has it. */
type WireNumber = number;

export interface FakeChart {
  readonly symbol: string;
  readonly currency: string;
  /** As the wire has it: a JSON number. */
  readonly last: number;
  /** Epoch seconds of the market time; candles are the days before it. */
  readonly marketAtSeconds: number;
  readonly closes: readonly (number | null)[];
  readonly timeZone?: string;
  readonly splits?: readonly { readonly date: number; readonly numerator: number; readonly denominator: number }[];
  readonly dividends?: readonly { readonly date: number; readonly amount: WireNumber }[];
  /** Units of each day; the closes stand in when a test does not care. */
  readonly volumes?: readonly (number | null)[];
}

const DAY_SECONDS = 86_400;

/** A chart answer as Yahoo writes it; the last close is the day of the market time. */
export function yahooChartText(chart: FakeChart): string {
  const { closes, marketAtSeconds, splits = [], dividends = [], volumes = closes } = chart;
  const timestamp = closes.map((_, index) => marketAtSeconds - (closes.length - 1 - index) * DAY_SECONDS);
  const meta = {
    currency: chart.currency,
    symbol: chart.symbol,
    exchangeName: 'TST',
    instrumentType: 'EQUITY',
    regularMarketTime: marketAtSeconds,
    gmtoffset: 0,
    timezone: 'UTC',
    exchangeTimezoneName: chart.timeZone ?? 'UTC',
    regularMarketPrice: chart.last,
    regularMarketVolume: volumes.at(-1),
    longName: `${chart.symbol} Sociedad Anónima`,
    priceHint: 2,
    dataGranularity: '1d',
    range: '',
  };
  const byDate = <Told extends { readonly date: number }>(told: readonly Told[]) =>
    Object.fromEntries(told.map((one) => [one.date, one]));
  const events = {
    ...(dividends.length > 0 ? { dividends: byDate(dividends) } : {}),
    ...(splits.length > 0 ? { splits: byDate(splits) } : {}),
  };
  const indicators = { quote: [{ open: closes, high: closes, low: closes, volume: volumes, close: closes }] };
  const result = [{ meta, timestamp, ...(Object.keys(events).length > 0 ? { events } : {}), indicators }];
  // `close` before any other array, so that the fault that empties it finds it by its name.
  return JSON.stringify({ chart: { result, error: null } });
}

/** Reference rates as the ECB writes them, newest day first. */
export function ecbText(
  days: readonly { readonly on: string; readonly rates: Readonly<Record<string, string>> }[],
): string {
  const cubes = days.map(({ on, rates }) => {
    const lines = Object.entries(rates).map(([currency, rate]) => `<Cube currency='${currency}' rate='${rate}'/>`);
    return `<Cube time='${on}'>${lines.join('')}</Cube>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject><Cube>${cubes.join('')}</Cube></gesmes:Envelope>`;
}
