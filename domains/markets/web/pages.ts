/** Markets' part of the web app. Texts of the page load with it; those of the bell are here. */
import { BellRing, RadioTower } from 'lucide-react';
import { defineTexts } from '#web/i18n';
import { defineDomainWeb } from '#web/shell';

const texts = defineTexts({
  es: {
    alerts: 'Alertas',
    createAlert: 'Crear una alerta de precio',
    seePrices: 'Ver precios y proveedores',
    providers: 'Proveedores de precios',
    providersDetail: 'Quién nos dice los precios, con qué clave y cuánto cupo queda',
  },
  en: {
    alerts: 'Alerts',
    createAlert: 'Create a price alert',
    seePrices: 'See prices and providers',
    providers: 'Price providers',
    providersDetail: 'Who tells us prices, with which key and how much quota is left',
  },
});

export const domainWeb = defineDomainWeb({
  domain: 'markets',
  texts,
  pages: [
    {
      path: '/alertas',
      permission: 'markets.alert.read',
      titleKey: 'alerts',
      nav: { icon: BellRing, order: 40 },
      load: () => import('./alerts.page.tsx'),
    },
    {
      path: '/ajustes/proveedores',
      permission: 'markets.provider.read',
      titleKey: 'providers',
      load: () => import('./providers.page.tsx'),
      settings: { icon: RadioTower, order: 70, detailKey: 'providersDetail', group: 'connections' },
    },
  ],
  actions: [
    {
      id: 'markets.alert.create',
      labelKey: 'createAlert',
      permission: 'markets.alert.write',
      chord: 'n a',
      href: '/alertas',
    },
    { id: 'markets.prices', labelKey: 'seePrices', permission: 'markets.price.read', href: '/alertas?vista=precios' },
  ],
  home: {
    attention: () => import('./home-attention.tsx'),
    tiles: () => import('./home-tile.tsx'),
    order: 40,
    permission: 'markets.alert.read',
  },
});
