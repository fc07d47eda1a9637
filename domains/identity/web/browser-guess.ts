/** What the browser already knows about the person: time zone, and the currency of her region. */

const CURRENCY_OF_REGION: Readonly<Record<string, string>> = {
  AR: 'ARS',
  BR: 'BRL',
  CA: 'CAD',
  CH: 'CHF',
  CL: 'CLP',
  CO: 'COP',
  GB: 'GBP',
  MX: 'MXN',
  PE: 'PEN',
  US: 'USD',
  UY: 'UYU',
};
/** First in the list: what most people here pick. */
const COMMON_CURRENCIES: readonly string[] = [
  'EUR',
  'USD',
  'GBP',
  'CHF',
  'MXN',
  'ARS',
  'COP',
  'CLP',
  'PEN',
  'UYU',
  'BRL',
];

export function guessCurrency(browserLanguage: string): string {
  if (browserLanguage === '') return 'EUR';
  return CURRENCY_OF_REGION[new Intl.Locale(browserLanguage).region ?? ''] ?? 'EUR';
}

export function guessTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'Europe/Madrid';
}

/** `EUR · euro`, the common ones first. */
export function currencyChoices(language: string): { readonly value: string; readonly label: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'currency' });
  const others = Intl.supportedValuesOf('currency').filter((code) => !COMMON_CURRENCIES.includes(code));
  return [...COMMON_CURRENCIES, ...others].map((code) => ({
    value: code,
    label: `${code} · ${names.of(code) ?? code}`,
  }));
}

/** Every zone, hers first even when this browser calls it by another name. */
export function timeZoneChoices(own: string): { readonly value: string; readonly label: string }[] {
  const zones = new Set([own, ...Intl.supportedValuesOf('timeZone')]);
  return [...zones].map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }));
}
