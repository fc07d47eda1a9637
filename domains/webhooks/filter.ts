/**
 * Event filters: globs over event names such as `markets.alert.fired`, `markets.*` or `*`.
 * A star stands for any run of characters, dots included; everything else is literal.
 */
const FILTER = /^[a-z0-9*][a-z0-9.*-]{0,99}$/;
export const FILTERS_MAX = 20; // More than this is better said as a wider glob.

/** True when the text can be a filter: lower-case names, dots, dashes and stars. */
export function isFilter(text: string): boolean {
  return FILTER.test(text) && !text.includes('**');
}

/** Builds the test of a list of filters; an empty list accepts every event. Answers are remembered per name. */
export function compileFilters(filters: readonly string[]): (eventName: string) => boolean {
  const patterns = filters.map(
    (filter) => new RegExp(`^${filter.replaceAll('.', '\\.').replaceAll('-', '\\-').replaceAll('*', '.*')}$`),
  );
  const known = new Map<string, boolean>(); // Bounded: event names come from the catalogue.
  return (eventName) => {
    const remembered = known.get(eventName);
    if (remembered !== undefined) return remembered;
    const accepts = patterns.length === 0 || patterns.some((pattern) => pattern.test(eventName));
    known.set(eventName, accepts);
    return accepts;
  };
}
