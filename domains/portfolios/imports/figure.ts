/**
 * Figures: numbers as people write them in Spanish and English files, read exactly. A single text such as `1.234` says
 * nothing about its decimal mark, so the column decides (`decideMark`); when nothing decides, the text is refused.
 * `9,99` is 9.99 in any column and never 999.
 */
import { Decimal } from '#kernel';
import { currencyIn } from './text-key.ts';

export type DecimalMark = ',' | '.';

export interface Figure {
  readonly value: Decimal;
  /** The text carried a percent sign; `value` is still the number in front of it (21.4 for `21,4 %`). */
  readonly isPercent: boolean;
  readonly currency: string | null;
}

interface Stripped {
  readonly digits: string;
  readonly exponent: string;
  readonly isNegative: boolean;
  readonly isPercent: boolean;
  readonly currency: string | null;
}

const FIGURE_CHARS_MAX = 60;
const SPACES = /[\s\u00a0\u2007\u2009\u202f]+/g;
const MINUS = /[\u2212\u2012\u2013\uFE63\uFF0D]/g;
// Longest first, so that `USDT` is not read as `USD` and a `T`.
const UNIT = /US\$|USDT|USDC|[A-Za-z]{3}(?![A-Za-z])|[€$£¥₿]|euros?|d[oó]lares|dollars?/gi;

/** Reads one figure with a known decimal mark; null when the text is not a figure in that style. */
export function parseFigure(text: string, mark: DecimalMark): Figure | null {
  const stripped = strip(text);
  if (!stripped) return null;
  const plain = toPlain(stripped.digits, mark);
  if (plain === null) return null;
  const value = Decimal.parse(`${stripped.isNegative ? '-' : ''}${plain}${stripped.exponent}`);
  return value ? { value, isPercent: stripped.isPercent, currency: stripped.currency } : null;
}

/** What one text proves about the decimal mark of its author. */
export function markEvidence(text: string): DecimalMark | 'ambiguous' | 'none' | 'not_a_figure' {
  const digits = strip(text)?.digits;
  if (digits === undefined) return 'not_a_figure';
  const commas = digits.split(',').length - 1;
  const dots = digits.split('.').length - 1;
  if (commas === 0 && dots === 0) return 'none';
  if (commas > 0 && dots > 0) return digits.lastIndexOf(',') > digits.lastIndexOf('.') ? ',' : '.';
  const used: DecimalMark = commas > 0 ? ',' : '.';
  if (commas + dots > 1) return used === ',' ? '.' : ',';
  const [whole = '', fraction = ''] = digits.split(used);
  if (fraction.length !== 3) return used;
  // `0,123` and `1234,567` cannot be grouped thousands.
  const couldBeThousands = /^[1-9]\d{0,2}$/.test(whole);
  return couldBeThousands ? 'ambiguous' : used;
}

export interface MarkDecision {
  readonly mark: DecimalMark | null;
  /** `column`: its own figures prove it; `mixed`: they contradict each other; `nothing`: no figure needs a mark. */
  readonly basis: 'column' | 'mixed' | 'undecided' | 'nothing';
  /** A figure that shows the question or the proof. */
  readonly example: string | null;
}

/** Decides the decimal mark of a column from all its texts. */
export function decideMark(texts: Iterable<string>): MarkDecision {
  const example: Partial<Record<DecimalMark | 'ambiguous', string>> = {};
  for (const text of texts) {
    const evidence = markEvidence(text);
    if (evidence === ',' || evidence === '.' || evidence === 'ambiguous') example[evidence] ??= text.trim();
  }
  const comma = example[','];
  const dot = example['.'];
  if (comma !== undefined && dot !== undefined) return { mark: null, basis: 'mixed', example: `${comma} / ${dot}` };
  if (comma !== undefined) return { mark: ',', basis: 'column', example: comma };
  if (dot !== undefined) return { mark: '.', basis: 'column', example: dot };
  const ambiguous = example.ambiguous;
  if (ambiguous !== undefined) return { mark: null, basis: 'undecided', example: ambiguous };
  return { mark: null, basis: 'nothing', example: null };
}

function strip(text: string): Stripped | null {
  if (text.length > FIGURE_CHARS_MAX) return null;
  let rest = text.replaceAll(MINUS, '-').replaceAll(SPACES, ' ').trim();
  const isPercent = /%\s*\)?$/.test(rest) || rest.startsWith('%');
  rest = rest.replaceAll('%', '').trim();
  const inBrackets = /^\((.*)\)$/.exec(rest.replaceAll(UNIT, '').trim());
  const currency = currencyIn(rest);
  const exponentMatch = /(?<=\d)[eE][+-]?\d{1,3}$/.exec(rest);
  const exponent = exponentMatch?.[0] ?? '';
  rest = rest
    .slice(0, rest.length - exponent.length)
    .replaceAll(UNIT, '')
    .trim();
  if (inBrackets) rest = (inBrackets[1] ?? '').replace(/[eE][+-]?\d{1,3}$/, '').trim();
  const signed = /^([+-]?)\s*([^+-]*?)\s*(-?)$/.exec(rest);
  if (!signed || (signed[1] !== '' && signed[3] !== '')) return null;
  const digits = (signed[2] ?? '').replaceAll(/(?<=\d)[ '’](?=\d{3}(?!\d))/g, '');
  if (!/^[\d.,]*\d[\d.,]*$/.test(digits)) return null;
  const isNegative = inBrackets !== null || signed[1] === '-' || signed[3] === '-';
  return { digits, exponent, isNegative, isPercent, currency };
}

/** Removes grouping and turns the mark into a dot; null when the grouping is not one. */
function toPlain(digits: string, mark: DecimalMark): string | null {
  const group = mark === ',' ? '.' : ',';
  const [whole = '', fraction, ...more] = digits.split(mark);
  if (more.length > 0 || fraction?.includes(group)) return null;
  if (whole.includes(group) && !isGrouped(whole, group)) return null;
  const plainWhole = whole.replaceAll(group, '');
  if (plainWhole === '' && (fraction === undefined || fraction === '')) return null;
  return fraction === undefined || fraction === '' ? plainWhole : `${plainWhole || '0'}.${fraction}`;
}

function isGrouped(whole: string, group: string): boolean {
  const [first = '', ...rest] = whole.split(group);
  return first.length >= 1 && first.length <= 3 && rest.every((part) => part.length === 3);
}
