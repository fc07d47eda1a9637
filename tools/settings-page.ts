/** The page of settings as the code declares them now. */
import { describeSettings, settingsTable } from '#platform/config';
import { domains } from '../main.ts';

export const SETTINGS_URL = new URL('../docs/settings.md', import.meta.url);

export function settingsPage(): string {
  return settingsTable(describeSettings(domains));
}
