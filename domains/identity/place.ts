/** Checks of the words a person picks from a list: her time zone and her currency. */

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** True for an IANA name such as `Europe/Madrid`; offsets such as `+02:00` know no summer time and are refused. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** True for an ISO 4217 code. */
export function isCurrency(text: string): boolean {
  return CURRENCIES.has(text);
}
