/** `node tools/settings.ts` writes docs/settings.md from the settings that the code declares. */
import { writeFileSync } from 'node:fs';
import { SETTINGS_URL, settingsPage } from './settings-page.ts';

writeFileSync(SETTINGS_URL, settingsPage());
process.stdout.write('docs/settings.md written\n');
