/** The door of platform/config. */
export { describeSettings, type LoadedConfig, loadConfig, type LoadInput } from './load-config.ts';
export { settingsTable } from './settings-table.ts';
export { type Config, type SettingFact, type SettingSource } from './types.ts';
