/** What a person chose for this device; knows nothing of the network. */
export {
  applyToDocument,
  changePreferences,
  type Density,
  type GainColours,
  type Language,
  languageOf,
  NUMBER_LOCALES,
  type NumberLocale,
  openPreferencesOf,
  paintedTheme,
  type Preferences,
  preferences,
  type Theme,
  usePreferences,
  watchDevice,
} from './preferences.ts';
