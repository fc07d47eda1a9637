/**
 * European Central Bank adapter: reference rates, units per euro, working days about 16:00 CET, no key.
 * Source: https://www.ecb.europa.eu/stats/eurofxref/ (eurofxref-daily.xml, -hist-90d.xml, -hist.xml).
 * The XML is read by a strict streaming parser; a DOCTYPE is refused, so no entity can be defined.
 */
import { Decimal, Fault, type LocalDate, parseLocalDate } from '#kernel';
import { SaxesParser } from 'saxes';
import { answerFault, getText, type GetLimits } from './http-get.ts';
import type { PublishedRate, RateProvider, RateSpan } from './price-provider.ts';

const LIMITS: GetLimits = { timeoutMs: 30_000, sizeBytesMax: 32 * 1024 * 1024 }; // The whole history is about 8 MB.
const RATES_MAX = 1_000_000; // Forty currencies for a century.
const FILES: Readonly<Record<RateSpan, string>> = {
  newest: 'eurofxref-daily.xml',
  quarter: 'eurofxref-hist-90d.xml',
  all: 'eurofxref-hist.xml',
};

export interface EcbOptions {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
}

/** Builds the adapter. `baseUrl` is `https://www.ecb.europa.eu/stats/eurofxref/`, or a local server in tests. */
export function ecbProvider(options: EcbOptions): RateProvider {
  const limits = { ...LIMITS, timeoutMs: options.timeoutMs ?? LIMITS.timeoutMs };
  return {
    name: 'ecb',
    async fetchRates(span, signal) {
      const url = new URL(FILES[span], options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`);
      const answer = await getText(url, limits, signal);
      if (answer.status !== 200) throw answerFault(url, answer);
      try {
        const rates = parseRates(answer.text);
        if (rates.length > 0) return rates;
      } catch (error) {
        if (error instanceof Fault) throw error;
      }
      throw answerFault(url, answer);
    },
  };
}

/** Reads the reference-rate XML. Throws when it is not well formed, declares a DOCTYPE or holds an impossible rate. */
export function parseRates(xml: string): PublishedRate[] {
  const rates: PublishedRate[] = [];
  const parser = new SaxesParser();
  let day: LocalDate | null = null;
  parser.on('doctype', () => {
    throw unreadable('the answer declares a DOCTYPE');
  });
  parser.on('error', (error) => {
    throw unreadable(error.message.slice(0, 120));
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name !== 'Cube') return;
    if (attributes['time'] !== undefined) {
      day = parseLocalDate(attributes['time']);
      if (!day) throw unreadable('a day is not a day');
    }
    if (attributes['currency'] !== undefined && day) rates.push(rateOf(attributes, day));
    if (rates.length > RATES_MAX) throw unreadable('more rates than exist');
  });
  parser.write(xml).close();
  return rates;
}

function rateOf(attributes: Readonly<Record<string, string>>, on: LocalDate): PublishedRate {
  const currency = attributes['currency'] ?? '';
  const unitsPerEur = Decimal.parse(attributes['rate'] ?? '');
  if (!/^[A-Z]{3}$/.test(currency) || !unitsPerEur || unitsPerEur.sign <= 0)
    throw unreadable(`a rate of ${on} is not one`);
  return { currency, on, unitsPerEur };
}

function unreadable(detail: string): Fault {
  return new Fault('provider_answer_unreadable', `ECB: ${detail}`, { retryable: true });
}
