/** Ajustes: one searchable list of what is mine, of this device, and of the installation, grouped as people look for it. */
import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { matchesText, useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { Button, Card, EmptyState, PageHeader, SearchField, Stack } from '#web/ui';
import { type CataloguedPage, settingsPages } from './catalogue.ts';
import { DataCard } from './data-card.tsx';
import { AppearanceCard, LanguageCard } from './preference-cards.tsx';
import { ProfileCard } from './profile-card.tsx';
import { isAllowed, type Session, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';
import { SETTINGS_GROUPS, type SettingsGroup } from './types.ts';

type ShellKey = keyof (typeof shellTexts)['es'];

/** The cards of this page, with the words they are found by. */
const CARDS: readonly { readonly id: string; readonly Part: () => ReactNode; readonly words: readonly ShellKey[] }[] = [
  { id: 'profile', Part: ProfileCard, words: ['profile', 'profileName', 'profileEmail', 'profileRole'] },
  {
    id: 'language',
    Part: LanguageCard,
    words: ['languageAndNumbers', 'languageDetail', 'language', 'numberFormat', 'timeZone'],
  },
  {
    id: 'appearance',
    Part: AppearanceCard,
    words: ['appearance', 'appearanceDetail', 'theme', 'density', 'gainColours', 'privacy', 'startsPrivate'],
  },
  { id: 'data', Part: DataCard, words: ['dataCard', 'dataExport', 'demoRemove'] },
];

export default function SettingsPage() {
  const t = useTexts(shellTexts);
  const session = useSession();
  const { language } = usePreferences();
  const [typed, setTyped] = useState('');
  const cards = CARDS.filter(({ words }) => matchesText(words.map((word) => t(word)).join(' '), typed));
  const wordsOf = ({ texts, titleKey, settings }: CataloguedPage): string =>
    `${texts[language][titleKey]} ${texts[language][settings?.detailKey ?? titleKey]}`;
  const listed = listedFor(session).filter((page) => matchesText(wordsOf(page), typed));
  return (
    <>
      <PageHeader title={t('settings')} />
      <div className="mb-4 max-w-md">
        <SearchField label={t('settingsSearch')} placeholder={t('settingsSearch')} value={typed} onChange={setTyped} />
      </div>
      {cards.length + listed.length === 0 && (
        <EmptyState
          title={t('nothingFound', { typed })}
          action={<Button onClick={() => setTyped('')}>{t('settingsAll')}</Button>}
        />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {cards.length > 0 && (
          <Stack>
            {cards.map(({ id, Part }) => (
              <Part key={id} />
            ))}
          </Stack>
        )}
        <Stack>
          {SETTINGS_GROUPS.map((group) => (
            <SettingsList key={group} group={group} pages={listed} />
          ))}
        </Stack>
      </div>
    </>
  );
}

function listedFor(session: Session): readonly CataloguedPage[] {
  return settingsPages.filter((page) => isAllowed(session, page.permission));
}

function SettingsList({ group, pages }: { readonly group: SettingsGroup; readonly pages: readonly CataloguedPage[] }) {
  const t = useTexts(shellTexts);
  const own = pages.filter((page) => (page.settings?.group ?? 'system') === group);
  if (own.length === 0) return null;
  return (
    <Card title={t(`settings_${group}`)} isFlush>
      <ul className="border-t border-line">
        {own.map((page) => (
          <SettingsLink key={page.path} page={page} />
        ))}
      </ul>
    </Card>
  );
}

function SettingsLink({ page }: { readonly page: CataloguedPage }) {
  const t = useTexts(page.texts);
  const Icon = page.settings?.icon;
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={page.path}
        className="flex min-h-14 items-center gap-3 px-4 py-2.5 outline-offset-[-2px] hover:bg-sunken"
      >
        {Icon && <Icon size={18} aria-hidden className="shrink-0 text-muted" />}
        <span className="min-w-0 flex-1">
          <span className="block text-sm font-medium">{t(page.titleKey)}</span>
          {page.settings && <span className="block text-xs text-muted">{t(page.settings.detailKey)}</span>}
        </span>
        <ChevronRight size={16} aria-hidden className="text-muted" />
      </Link>
    </li>
  );
}
