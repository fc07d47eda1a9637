/** Portfolios' part of the web app: what the shell needs before any page loads. Texts of the pages load with them. */
import { ChartPie, FileUp, Scale } from 'lucide-react';
import { defineDomainWeb } from '#web/shell';

export const domainWeb = defineDomainWeb({
  domain: 'portfolios',
  texts: {
    es: {
      portfolios: 'Carteras',
      portfolio: 'Cartera',
      newPortfolio: 'Nueva cartera',
      importFile: 'Importar',
      planning: 'Planificación',
      rebalancing: 'Rebalanceo',
      addOperation: 'Nueva operación',
    },
    en: {
      portfolios: 'Portfolios',
      portfolio: 'Portfolio',
      newPortfolio: 'New portfolio',
      importFile: 'Import',
      planning: 'Planning',
      rebalancing: 'Rebalancing',
      addOperation: 'New operation',
    },
  },
  pages: [
    {
      path: '/carteras',
      permission: 'portfolios.portfolio.read',
      titleKey: 'portfolios',
      load: () => import('./portfolios.page.tsx'),
      nav: { icon: ChartPie, order: 20 },
    },
    {
      path: '/carteras/$portfolioId',
      permission: 'portfolios.portfolio.read',
      titleKey: 'portfolio',
      load: () => import('./portfolio.page.tsx'),
    },
    {
      path: '/planificacion',
      permission: 'portfolios.plan.read',
      titleKey: 'planning',
      load: () => import('./planning/planning.page.tsx'),
      nav: { icon: Scale, order: 22 },
    },
    {
      path: '/planificacion/rebalanceo',
      permission: 'portfolios.plan.read',
      titleKey: 'rebalancing',
      load: () => import('./planning/rebalance.page.tsx'),
    },
    {
      path: '/importar',
      permission: 'portfolios.import.run',
      titleKey: 'importFile',
      load: () => import('./import.page.tsx'),
      nav: { icon: FileUp, order: 25 },
    },
  ],
  actions: [
    {
      id: 'portfolios.operation.new',
      labelKey: 'addOperation',
      permission: 'portfolios.operation.write',
      chord: 'o',
      href: '/carteras?operacion=si',
    },
    {
      id: 'portfolios.new',
      labelKey: 'newPortfolio',
      permission: 'portfolios.portfolio.write',
      href: '/carteras?nueva=si',
    },
  ],
  search: {
    titleKey: 'portfolios',
    permission: 'portfolios.portfolio.read',
    load: () => import('./portfolio-search.ts').then((module) => ({ default: module.searchPortfolios })),
  },
  home: {
    tiles: () => import('./home-tile.tsx'),
    panels: () => import('./home-panel.tsx'),
    order: 20,
    permission: 'portfolios.portfolio.read',
  },
});
