/** The shell's own pages, declared like a domain's. */
import { Activity, Archive, BellDot, House, Info, KeyRound, ListChecks, Plug, Settings } from 'lucide-react';
import { shellTexts } from './shell-texts.ts';
import { defineDomainWeb } from './types.ts';

export const shellWeb = defineDomainWeb({
  domain: 'shell',
  texts: shellTexts,
  pages: [
    {
      path: '/',
      permission: 'session',
      titleKey: 'home',
      load: () => import('./home.page.tsx'),
      nav: { icon: House, order: 0 },
    },
    {
      path: '/ajustes',
      permission: 'session',
      titleKey: 'settings',
      load: () => import('./settings.page.tsx'),
      nav: { icon: Settings, order: 1_000 },
    },
    {
      path: '/ajustes/avisos',
      permission: 'platform.notifications.update',
      titleKey: 'notices',
      load: () => import('./notices/notices.page.tsx'),
      settings: { icon: BellDot, order: 30, detailKey: 'noticesDetail', group: 'connections' },
    },
    {
      path: '/ajustes/conexiones',
      permission: 'platform.connections.read',
      titleKey: 'connections',
      load: () => import('./notices/connections.page.tsx'),
      settings: { icon: Plug, order: 80, detailKey: 'connectionsDetail', group: 'connections' },
    },
    {
      path: '/ajustes/estado',
      permission: 'platform.health.read',
      titleKey: 'health',
      load: () => import('./health.page.tsx'),
      settings: { icon: Activity, order: 90, detailKey: 'healthDetail', group: 'system' },
    },
    {
      path: '/ajustes/tareas',
      permission: 'platform.jobs.read',
      titleKey: 'jobs',
      load: () => import('./jobs.page.tsx'),
      settings: { icon: ListChecks, order: 91, detailKey: 'jobsDetail', group: 'system' },
    },
    {
      path: '/ajustes/copias',
      permission: 'platform.backups.read',
      titleKey: 'backups',
      load: () => import('./backups.page.tsx'),
      settings: { icon: Archive, order: 80, detailKey: 'backupsDetail', group: 'system' },
    },
    {
      path: '/ajustes/secretos',
      permission: 'platform.secrets.read',
      titleKey: 'secrets',
      load: () => import('./secrets.page.tsx'),
      settings: { icon: KeyRound, order: 81, detailKey: 'secretsDetail', group: 'connections' },
    },
    {
      path: '/ajustes/acerca',
      permission: 'session',
      titleKey: 'about',
      load: () => import('./about.page.tsx'),
      settings: { icon: Info, order: 99, detailKey: 'aboutDetail', group: 'system' },
    },
    {
      path: '/ayuda',
      permission: 'session',
      titleKey: 'help',
      load: () => import('./help/help.page.tsx'),
    },
    {
      path: '/ayuda/$article',
      permission: 'session',
      titleKey: 'help',
      load: () => import('./help/article.page.tsx'),
    },
    {
      path: '/galeria',
      permission: 'identity.users.update',
      titleKey: 'gallery',
      load: () => import('./gallery.page.tsx'),
    },
  ],
  search: {
    titleKey: 'help',
    permission: 'session',
    load: () => import('./help/help-search.ts').then((module) => ({ default: module.findHelp })),
  },
  home: { tiles: () => import('./backups-tile.tsx'), order: 90, permission: 'platform.backups.read' },
});
