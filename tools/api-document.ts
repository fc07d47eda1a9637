/** The API document of this tree, and whether it breaks the committed one without saying so in the changelog. */
import { readFileSync } from 'node:fs';
import { breakingChanges, buildOpenApi, type OpenApiDocument } from '#platform/http';
import { collectEndpoints } from '#platform/runtime';
import { domains } from '../main.ts';
import packageJson from '../package.json' with { type: 'json' };

export const API_DOCUMENT_URL = new URL('../docs/api/openapi.json', import.meta.url);
const CHANGELOG_URL = new URL('../CHANGELOG.md', import.meta.url);

/** Built from every manifest; needs no database and no server. */
export function currentApiDocument(): OpenApiDocument {
  const events = domains.flatMap((domain) => domain.events);
  // Through text, so that it compares equal to what is on disk.
  const document = buildOpenApi({ version: packageJson.version, endpoints: collectEndpoints(domains), events });
  return JSON.parse(JSON.stringify(document)) as OpenApiDocument;
}

export function committedApiDocument(): OpenApiDocument {
  return JSON.parse(readFileSync(API_DOCUMENT_URL, 'utf8')) as OpenApiDocument;
}

/**
 * Breaking changes whose operation or event no line under a "Breaking" heading of the changelog names. Before the first
 * release there is no program to break.
 */
export function unannouncedBreaks(
  older: OpenApiDocument,
  newer: OpenApiDocument,
  changelog = readFileSync(CHANGELOG_URL, 'utf8'),
): string[] {
  if (!/^## (?!.*unreleased)/m.test(changelog)) return [];
  const announced = breakingLines(changelog);
  return breakingChanges(older, newer).filter((sentence) => {
    const [kind = '', name = ''] = sentence.split(' ');
    const subject = kind === 'event' ? name : `${kind} ${name}`;
    return !announced.some((line) => line.includes(subject));
  });
}

function breakingLines(changelog: string): string[] {
  let isBreaking = false;
  return changelog.split('\n').filter((line) => {
    if (line.startsWith('#')) isBreaking = /breaking/i.test(line);
    return isBreaking;
  });
}
