/** Webhooks' part of the web app: the events page. Its own texts load with it. */
import { Activity } from 'lucide-react';
import { defineTexts } from '#web/i18n';
import { defineDomainWeb } from '#web/shell';

const texts = defineTexts({
  es: {
    events: 'Eventos',
    addEndpoint: 'Añadir un destino de webhooks',
  },
  en: {
    events: 'Events',
    addEndpoint: 'Add a webhook endpoint',
  },
});

export const domainWeb = defineDomainWeb({
  domain: 'webhooks',
  texts,
  pages: [
    {
      path: '/eventos',
      permission: 'webhooks.event.read',
      titleKey: 'events',
      load: () => import('./events.page.tsx'),
      nav: { icon: Activity, order: 600 },
    },
  ],
  home: {
    attention: () => import('./home-attention.tsx'),
    tiles: () => import('./home-tile.tsx'),
    order: 60,
    permission: 'webhooks.delivery.read',
  },
  actions: [
    {
      id: 'webhooks.endpoint.add',
      labelKey: 'addEndpoint',
      permission: 'webhooks.endpoint.write',
      href: '/eventos?vista=destinos&nuevo=1',
    },
  ],
});
