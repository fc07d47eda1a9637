/** How hard a password looks to guess, for the meter; the server decides what is refused. */

/** The server's own minimum; a test keeps the two equal, because contracts never reach the browser. */
export const PASSWORD_LENGTH_MIN = 10;

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

const FAIR_BITS = 40;
const STRONG_BITS = 60;

/** Length counts most; signs that only repeat or follow one another add little. */
export function strengthOf(password: string): Strength {
  if (password.length < PASSWORD_LENGTH_MIN) return 'short';
  let bits = 0;
  for (let index = 0; index < password.length; index += 1) {
    const step = (password.codePointAt(index) ?? 0) - (password.codePointAt(index - 1) ?? 0);
    const isPredictable = index > 0 && Math.abs(step) <= 1;
    const isKnown = password.indexOf(password.charAt(index)) < index;
    bits += isPredictable ? 0.5 : isKnown ? 2 : 4.5;
  }
  if (bits >= STRONG_BITS) return 'strong';
  return bits >= FAIR_BITS ? 'fair' : 'weak';
}
