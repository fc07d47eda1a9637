/**
 * Event filters: globs over event names such as `markets.alert.fired`, `markets.*` or `*`.
 * A star stands for any run of characters, dots included; everything else is literal. The contract checks what may be one.
 */
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
