/** The shell's own pages, declared like a domain's. */
import { House, Settings } from 'lucide-react';
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
      path: '/galeria',
      permission: 'identity.users.update',
      titleKey: 'gallery',
      load: () => import('./gallery.page.tsx'),
    },
  ],
});
