/**
 * A sum that knows what it does not know: an unknown term (no price, no exchange rate) makes the total unknown instead
 * of counting as zero. Terms can be taken back, so that a reversed event leaves no trace.
 */
import { Decimal } from '#kernel';

export class PartialSum {
  /** Sum of the known terms. */
  known: Decimal = Decimal.zero;
  unknownCount = 0;

  add(term: Decimal | null): void {
    if (term) this.known = this.known.plus(term);
    else this.unknownCount += 1;
  }

  takeBack(term: Decimal | null): void {
    if (term) this.known = this.known.minus(term);
    else this.unknownCount -= 1;
  }

  addSum(other: PartialSum): void {
    this.known = this.known.plus(other.known);
    this.unknownCount += other.unknownCount;
  }

  /** The total, or null while any term is unknown. */
  get total(): Decimal | null {
    return this.unknownCount === 0 ? this.known : null;
  }
}
