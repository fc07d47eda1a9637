/** Ajustes on this device: how it looks, and how texts, figures and dates are written, with a live sample. */
import type { ReactNode } from 'react';
import { currentTimeMs, formatDate, formatMoney, formatPercent, formatQuantity, useTexts } from '#web/i18n';
import {
  changePreferences,
  type Density,
  type GainColours,
  type Language,
  NUMBER_LOCALES,
  type NumberLocale,
  type Theme,
  usePreferences,
} from '#web/preferences';
import { Card, Combobox, Delta, Field, SegmentedControl, Select, Switch } from '#web/ui';
import { shellTexts } from './shell-texts.ts';

export function AppearanceCard() {
  const t = useTexts(shellTexts);
  const { theme, density, gainColours, isPrivate, startsPrivate } = usePreferences();
  return (
    <Card title={t('appearance')}>
      <p className="-mt-2 mb-4 text-sm text-muted">{t('appearanceDetail')}</p>
      <div className="flex flex-col gap-5">
        <Row label={t('theme')}>
          <SegmentedControl<Theme>
            label={t('theme')}
            isWide
            value={theme}
            onChange={(value) => changePreferences({ theme: value })}
            segments={[
              { value: 'system', label: t('themeSystem') },
              { value: 'light', label: t('themeLight') },
              { value: 'dark', label: t('themeDark') },
            ]}
          />
        </Row>
        <Row label={t('density')}>
          <SegmentedControl<Density>
            label={t('density')}
            isWide
            value={density}
            onChange={(value) => changePreferences({ density: value })}
            segments={[
              { value: 'comfortable', label: t('densityComfortable') },
              { value: 'compact', label: t('densityCompact') },
              { value: 'dense', label: t('densityDense') },
            ]}
          />
        </Row>
        <Row label={t('gainColours')}>
          <SegmentedControl<GainColours>
            label={t('gainColours')}
            isWide
            value={gainColours}
            onChange={(value) => changePreferences({ gainColours: value })}
            segments={[
              { value: 'green-red', label: t('gainGreenRed') },
              { value: 'blue-orange', label: t('gainBlueOrange') },
              { value: 'neutral', label: t('gainNeutral') },
            ]}
          />
          <p className="mt-2 flex flex-wrap gap-x-4 text-xs text-muted">
            <Delta ratio={0.0345} />
            <Delta ratio={-0.0042} />
            <span>{t('gainDetail')}</span>
          </p>
        </Row>
        <Switch
          label={t('privacy')}
          detail={t('privacyDetail')}
          isOn={isPrivate}
          onChange={(isOn) => changePreferences({ isPrivate: isOn })}
        />
        <Switch
          label={t('startsPrivate')}
          detail={t('startsPrivateDetail')}
          isOn={startsPrivate}
          onChange={(isOn) => changePreferences({ startsPrivate: isOn })}
        />
      </div>
    </Card>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <div aria-hidden className="mb-1.5 text-sm font-medium">
        {label}
      </div>
      {children}
    </div>
  );
}

const LOCALE_NAMES: Readonly<Record<NumberLocale, string>> = {
  'es-ES': 'España · 1.234.567,89',
  'es-MX': 'México · 1,234,567.89',
  'es-AR': 'Argentina · 1.234.567,89',
  'en-GB': 'United Kingdom · 1,234,567.89',
  'en-US': 'United States · 1,234,567.89',
};

export function LanguageCard() {
  const t = useTexts(shellTexts);
  const { language, numberLocale, timeZone } = usePreferences();
  const deviceZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [
    { value: '', label: t('timeZoneDevice', { zone: deviceZone }) },
    ...Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
  ];
  return (
    <Card title={t('languageAndNumbers')}>
      <p className="-mt-2 mb-4 text-sm text-muted">{t('languageDetail')}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select<Language>
          label={t('language')}
          value={language}
          onChange={(value) => changePreferences({ language: value })}
          choices={[
            { value: 'es', label: 'Español' },
            { value: 'en', label: 'English' },
          ]}
        />
        <Select<NumberLocale>
          label={t('numberFormat')}
          value={numberLocale}
          onChange={(value) => changePreferences({ numberLocale: value })}
          choices={NUMBER_LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
        />
        <Combobox
          label={t('timeZone')}
          choices={zones}
          value={timeZone}
          onChange={(zone) => changePreferences({ timeZone: zone ?? '' })}
        />
        <Field label={t('sample')}>
          <div className="figures flex min-h-9 flex-wrap items-center gap-x-4 rounded-md bg-sunken px-3 py-1.5 text-sm">
            <span>{formatMoney('1234567.89', 'EUR')}</span>
            <span>{formatPercent(-0.0345)}</span>
            <span>{formatQuantity('0.05', { unit: 'BTC' })}</span>
            <span>{formatDate(currentTimeMs(), 'date-time')}</span>
          </div>
        </Field>
      </div>
    </Card>
  );
}
