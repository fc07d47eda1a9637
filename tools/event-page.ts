/** The catalogue of events as the domains declare them now: what a webhook may carry, with an example of each. */
import { domains } from '../main.ts';

export const EVENT_PAGE_URL = new URL('../docs/api/events.md', import.meta.url);

export function eventPage(): string {
  const events = domains
    .flatMap((domain) => domain.events)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, version, summary, permission, example }) =>
      [
        `## ${name}`,
        '',
        summary,
        '',
        `Version ${version}. In the event log for whoever holds \`${permission}\`. Its \`data\`:`,
        '',
        '```json',
        JSON.stringify(example, bigintAsText, 2),
        '```',
      ].join('\n'),
    );
  return [
    '# Events',
    '',
    'Written by `node tools/openapi.ts`; what they travel in is in [Webhooks](../en/webhooks.md).',
    '',
    events.join('\n\n'),
    '',
  ].join('\n');
}

/** As it travels: a bigint is decimal text. */
function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
