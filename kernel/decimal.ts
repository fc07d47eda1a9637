/**
 * Decimal: the one exact number type of Cactus, for money, prices, quantities and rates.
 * A value is `coefficient / 10^scale` with a bigint coefficient, always normalised (no trailing zeros).
 * Addition, subtraction and multiplication are exact; division and rounding always name their rounding.
 * Never built from a float: text in, text out (JSON carries decimal text).
 */
import { assert } from './result.ts';

/** `half-even` for statistics and shares, `half-up` (away from zero) for money as invoices and banks round, `down` to truncate. */
export type Rounding = 'half-even' | 'half-up' | 'down';

const SCALE_MAX = 40; // Above this a value is a data error: 18 digits serve every coin, a product of two stays below 40.
const TEXT_LENGTH_MAX = 80; // Longer text is not a figure anybody wrote.
const DECIMAL_TEXT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const SCIENTIFIC_TEXT = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))[eE]([+-]?\d{1,3})$/;

export class Decimal {
  static readonly zero: Decimal = new Decimal(0n, 0);
  static readonly one: Decimal = new Decimal(1n, 0);

  readonly coefficient: bigint;
  readonly scale: number;

  private constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient;
    this.scale = scale;
  }

  /** Builds `coefficient / 10^scale`, normalised. */
  static of(coefficient: bigint, scale = 0): Decimal {
    assert(Number.isInteger(scale) && scale >= 0 && scale <= 2 * SCALE_MAX, `decimal: scale ${scale} out of range`);
    let shortest = coefficient;
    let digits = scale;
    while (digits > 0 && shortest % 10n === 0n) {
      shortest /= 10n;
      digits -= 1;
    }
    return new Decimal(shortest, digits);
  }

  /** Reads plain decimal text (`-12.50`, `.5`, `1e-8`); null when the text is not one. Never guesses separators. */
  static parse(text: string): Decimal | null {
    const trimmed = text.trim();
    if (trimmed.length === 0 || trimmed.length > TEXT_LENGTH_MAX) return null;
    const scientific = SCIENTIFIC_TEXT.exec(trimmed);
    if (scientific) return shiftByExponent(scientific[1] ?? '', Number(scientific[2]));
    if (!DECIMAL_TEXT.test(trimmed)) return null;
    const negative = trimmed.startsWith('-');
    const [whole = '', fraction = ''] = trimmed.replace(/^[+-]/, '').split('.');
    if (fraction.length > SCALE_MAX) return null;
    const magnitude = BigInt(`${whole}${fraction}` || '0');
    return Decimal.of(negative ? -magnitude : magnitude, fraction.length);
  }

  /** Reads decimal text that our own code or database wrote; anything else is a bug. */
  static from(text: string | bigint): Decimal {
    if (typeof text === 'bigint') return Decimal.of(text);
    const value = Decimal.parse(text);
    assert(value, `decimal: not a decimal text: ${JSON.stringify(text).slice(0, TEXT_LENGTH_MAX)}`);
    return value;
  }

  /** Sums any number of values exactly. */
  static sum(values: Iterable<Decimal>): Decimal {
    let total = Decimal.zero;
    for (const value of values) total = total.plus(value);
    return total;
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return Decimal.of(this.unitsAt(scale) + other.unitsAt(scale), scale);
  }

  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  times(other: Decimal): Decimal {
    return Decimal.of(this.coefficient * other.coefficient, this.scale + other.scale);
  }

  negated(): Decimal {
    return new Decimal(-this.coefficient, this.scale);
  }

  absolute(): Decimal {
    return this.coefficient < 0n ? this.negated() : this;
  }

  /** Divides to `digits` fractional digits. The divisor must not be zero: guard first. */
  dividedBy(divisor: Decimal, digits: number, rounding: Rounding): Decimal {
    assert(divisor.coefficient !== 0n, 'decimal: division by zero');
    const numerator = this.coefficient * 10n ** BigInt(divisor.scale + digits);
    const denominator = divisor.coefficient * 10n ** BigInt(this.scale);
    return Decimal.of(divideRounded(numerator, denominator, rounding), digits);
  }

  /** Rounds to `digits` fractional digits. */
  rounded(digits: number, rounding: Rounding): Decimal {
    if (this.scale <= digits) return this;
    return Decimal.of(divideRounded(this.coefficient, 10n ** BigInt(this.scale - digits), rounding), digits);
  }

  /** -1, 0 or 1. */
  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const left = this.unitsAt(scale);
    const right = other.unitsAt(scale);
    if (left === right) return 0;
    return left < right ? -1 : 1;
  }

  equals(other: Decimal): boolean {
    return this.coefficient === other.coefficient && this.scale === other.scale;
  }

  get sign(): -1 | 0 | 1 {
    if (this.coefficient === 0n) return 0;
    return this.coefficient < 0n ? -1 : 1;
  }

  get isZero(): boolean {
    return this.coefficient === 0n;
  }

  /** The bigint count of `10^-scale` units; `scale` must not drop digits. */
  unitsAt(scale: number): bigint {
    assert(scale >= this.scale, 'decimal: rescaling would lose digits; round first');
    return this.coefficient * 10n ** BigInt(scale - this.scale);
  }

  /** Shortest exact text: `1234.5`, `-0.00000001`. */
  toString(): string {
    const negative = this.coefficient < 0n;
    const digits = (negative ? -this.coefficient : this.coefficient).toString().padStart(this.scale + 1, '0');
    const point = digits.length - this.scale;
    const text = this.scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
    return negative ? `-${text}` : text;
  }

  /** Text with at least `digits` fractional digits; round first when fewer are wanted. */
  toFixed(digits: number): string {
    const text = this.toString();
    const missing = digits - this.scale;
    if (missing <= 0) return text;
    return `${text}${this.scale === 0 ? '.' : ''}${'0'.repeat(missing)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** A float for statistics and charts only; must never flow back into money. */
  toStatistic(): number {
    return Number(this.toString());
  }
}

function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  let quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  const roundsUp =
    rounding !== 'down' && (twice > bottom || (twice === bottom && (rounding === 'half-up' || quotient % 2n === 1n)));
  if (roundsUp) quotient += 1n;
  return negative ? -quotient : quotient;
}

function shiftByExponent(mantissaText: string, exponent: number): Decimal | null {
  const mantissa = Decimal.parse(mantissaText);
  if (!mantissa || Math.abs(exponent) > SCALE_MAX) return null;
  if (exponent >= 0) return Decimal.of(mantissa.coefficient * 10n ** BigInt(exponent), mantissa.scale);
  return mantissa.scale - exponent > SCALE_MAX ? null : Decimal.of(mantissa.coefficient, mantissa.scale - exponent);
}
