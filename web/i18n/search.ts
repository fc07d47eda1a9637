/** Search as people type it: accents and case do not matter (`nunez` finds `Núñez`). */
const MARKS = /\p{Diacritic}/gu;

/** Folds case and accents, for comparing. */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(MARKS, '').toLowerCase();
}

/** True when every typed word appears somewhere in the text. */
export function matchesText(text: string, typed: string): boolean {
  const folded = foldText(text);
  return foldText(typed)
    .split(/\s+/)
    .every((word) => folded.includes(word));
}

const collators = new Map<string, Intl.Collator>();

/** Compares two texts in the reader's alphabet, digits by value: for sorting lists. */
export function compareTexts(language: string): (left: string, right: string) => number {
  let collator = collators.get(language);
  if (!collator) {
    collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    collators.set(language, collator);
  }
  return collator.compare;
}
