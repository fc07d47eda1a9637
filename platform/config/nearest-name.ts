/** Finds the name somebody meant: the closest by edit distance, when it is close enough to be a typo. */

const DISTANCE_MAX = 3; // Three slips are a typo; more is another word.

/** Null when nothing is near. */
export function nearestName(wrong: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, distance: editDistance({ source: wrong.toLowerCase(), target: name.toLowerCase() }) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.min(DISTANCE_MAX, Math.floor(wrong.length / 2)) ? best.name : null;
}

/** Levenshtein distance, one row at a time. */
function editDistance({ source, target }: { readonly source: string; readonly target: string }): number {
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (let i = 1; i <= source.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= target.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (source[i - 1] === target[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
