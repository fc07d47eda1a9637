/** Text keys: how people's words are compared: without case, accents, padding or punctuation (`  Inversión (€) ` = `inversion`). */

const COMBINING_MARKS = /[\u0300-\u036f]/g;

/** Words of a text in lower case without accents, joined by single spaces. `%` survives as the word `pct`, because it changes meaning. */
export function textKey(text: string): string {
  return remembered(keys, text, makeKey);
}

const keys = new Map<string, string>();
const currencies = new Map<string, string | null>();
const REMEMBERED_MAX = 10_000; // A long list repeats the same names, accounts and currencies on every row.

function remembered<Value>(memory: Map<string, Value>, text: string, make: (text: string) => Value): Value {
  const known = memory.get(text);
  if (known !== undefined) return known;
  const value = make(text);
  if (memory.size >= REMEMBERED_MAX) memory.clear();
  memory.set(text, value);
  return value;
}

function makeKey(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(COMBINING_MARKS, '')
    .toLowerCase()
    .replaceAll('%', ' pct ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const SYMBOLS: readonly (readonly [RegExp, string])[] = [
  [/US\$/i, 'USD'],
  [/€/, 'EUR'],
  [/£/, 'GBP'],
  [/₿/, 'BTC'],
  [/¥/, 'JPY'],
  [/\$/, 'USD'],
];
const CODES =
  /\b(EUR|USD|GBP|CHF|JPY|USDT|USDC|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|NZD|MXN|BRL|ARS|CLP|COP|CNY|HKD|SGD|INR|ZAR|TRY)\b/i;
const WORDS: Readonly<Record<string, string>> = {
  euro: 'EUR',
  euros: 'EUR',
  dolar: 'USD',
  dolares: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  libra: 'GBP',
  libras: 'GBP',
  pounds: 'GBP',
};

/** The currency a text names by code, symbol or word; null when it names none. */
export function currencyIn(text: string): string | null {
  return remembered(currencies, text, findCurrency);
}

function findCurrency(text: string): string | null {
  const code = CODES.exec(text)?.[1];
  if (code !== undefined) return code.toUpperCase();
  for (const [pattern, currency] of SYMBOLS) if (pattern.test(text)) return currency;
  for (const word of textKey(text).split(' ')) if (WORDS[word] !== undefined) return WORDS[word];
  return null;
}

/** ISO 6166 shape and check digit (Luhn over letters as two digits). */
export function isIsin(text: string): boolean {
  if (!/^[A-Z]{2}[A-Z0-9]{9}\d$/.test(text)) return false;
  const digits = Array.from(text)
    .map((letter) => (/\d/.test(letter) ? letter : String(letter.charCodeAt(0) - 55)))
    .join('');
  let sum = 0;
  for (const [index, digit] of Array.from(digits).toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
