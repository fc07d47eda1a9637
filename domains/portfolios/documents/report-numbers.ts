/**
 * Figures and days as a report writes them: Spanish or English, always grouped, a true minus sign. Decimal text goes to the
 * formatter as text, never through a float; amounts are rounded half away from zero when written.
 */
import type { ReportLanguage } from './report-texts.ts';

export interface ReportNumbers {
  /** An amount with its currency; "—" for what is not known. */
  money(amount: string | null, currency: string): string;
  /** An amount without it, for columns that name theirs once. */
  amount(amount: string | null): string;
  /** Units and prices: as many decimals as they have, up to eight. */
  quantity(figure: string | null): string;
  percent(ratio: number | null): string;
  day(date: string | null): string;
  /** Short numbers on the axis of a chart. */
  axis(value: number): string;
}

const UNKNOWN = '—';
const LOCALES = { es: 'es-ES', en: 'en-GB' } as const;

/** The number rules of a language. */
export function numbersOf(language: ReportLanguage): ReportNumbers {
  const locale = LOCALES[language];
  const common = { useGrouping: 'always', signDisplay: 'negative' } as const;
  const two = new Intl.NumberFormat(locale, { ...common, minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const many = new Intl.NumberFormat(locale, { ...common, maximumFractionDigits: 8 });
  const percent = new Intl.NumberFormat(locale, {
    ...common,
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const short = new Intl.NumberFormat(locale, { ...common, notation: 'compact', maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' });
  const minus = (text: string): string => text.replaceAll('-', '\u2212');
  // The formatter takes decimal text exactly; its type only knows numbers and literals.
  const write = (format: Intl.NumberFormat, figure: string): string => minus(format.format(figure as `${number}`));
  const amount = (figure: string | null): string => (figure === null ? UNKNOWN : write(two, figure));
  return {
    amount,
    money: (figure, currency) => (figure === null ? UNKNOWN : `${amount(figure)}\u00a0${symbolOf(currency)}`),
    quantity: (figure) => (figure === null ? UNKNOWN : write(many, figure)),
    percent: (ratio) => (ratio === null ? UNKNOWN : minus(percent.format(ratio))),
    day: (date) => (date === null ? UNKNOWN : days.format(new Date(`${date}T00:00:00Z`))),
    axis: (value) => minus(short.format(value)),
  };
}

function symbolOf(currency: string): string {
  return { EUR: '€', GBP: '£' }[currency] ?? currency;
}
