/** What an audit entry says changed, field by field. */

type Facts = Readonly<Record<string, unknown>> | null;

export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly isChanged: boolean;
}

/** Every field of either side, in the order in which they were written; null: that side has none. */
export function fieldChanges(before: Facts, after: Facts): FieldChange[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].map((field) => {
    const [was, is] = [factText(before?.[field]), factText(after?.[field])];
    return { field, before: was, after: is, isChanged: was !== is };
  });
}

/** The changed fields in one line, for the list and for CSV. */
export function changeLine(before: Facts, after: Facts): string {
  const changed = fieldChanges(before, after).filter(({ isChanged }) => isChanged);
  const arrow = (was: string | null, is: string | null): string =>
    was === null ? (is ?? '') : is === null ? `${was} →` : `${was} → ${is}`;
  return changed.map((one) => `${one.field}: ${arrow(one.before, one.after)}`).join(' · ');
}

/** The name of what it was done to, when the entry has one; a part of its id otherwise. */
export function subjectText(entry: {
  readonly subject: string;
  readonly details: Readonly<Record<string, string>>;
  readonly before: Facts;
  readonly after: Facts;
}): string {
  const named = [entry.after, entry.before, entry.details].flatMap((facts) => [facts?.['name'], facts?.['email']]);
  const name = [entry.after?.['adviser'], ...named].find((value) => typeof value === 'string' && value !== '');
  return typeof name === 'string' ? name : entry.subject.slice(-12);
}

function factText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => factText(item) ?? '').join(', ');
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
