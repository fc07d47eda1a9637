/** docs/settings.md: the table of every setting, written from the code so that it cannot lie. */
import { FLAGS } from './flags.ts';
import type { SettingFact } from './types.ts';

/** Markdown of the whole page. */
export function settingsTable(settings: readonly SettingFact[]): string {
  const rows = settings.map((setting) =>
    row([
      `\`${setting.key}\``,
      `\`${setting.environmentName}\``,
      setting.defaultText,
      setting.allowed,
      setting.meaning,
    ]),
  );
  const aliases = settings.flatMap(({ alias }) => (alias === null ? [] : [`\`${alias}\``]));
  const flags = Object.entries(FLAGS).map(([name, flag]) => row([`\`${name}\``, `\`${flag.key}\``, flag.meaning]));
  return [
    '# Settings',
    '',
    'Written by `node tools/settings.ts`; do not edit. Strongest first: flags of `npm start --`, environment, `cactus.yaml`',
    'beside `package.json`, default. An unknown name or a bad value stops the start with its key, its place and what is',
    'allowed. `npx cactus doctor` shows the values in use and where each comes from.',
    '',
    `Read too, where the \`CACTUS_\` name is not set: ${aliases.join(', ')}.`,
    '',
    row(['Key', 'Environment', 'Default', 'Allowed', 'Meaning']),
    row(['---', '---', '---', '---', '---']),
    ...rows,
    '',
    '## Flags',
    '',
    row(['Flag', 'Key', 'Meaning']),
    row(['---', '---', '---']),
    ...flags,
    '',
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
