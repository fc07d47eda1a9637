/** Words and figures as the reader expects them. */
export { currentTimeMs, useNow } from './clock.ts';
export { type DateStyle, formatDate, formatRelative } from './dates.ts';
export {
  currencySymbol,
  formatAmount,
  formatAxis,
  formatCount,
  formatMoney,
  formatPercent,
  formatPp,
  formatPrice,
  formatQuantity,
  type NumberStyle,
  parseTypedNumber,
  ratioOfPercent,
  signOnScreen,
  UNKNOWN_TEXT,
} from './numbers.ts';
export { compareTexts, foldText, matchesText } from './search.ts';
export { defineTexts, type DomainTexts, textsNow, type TextValues, type Translate, useTexts } from './texts.ts';
