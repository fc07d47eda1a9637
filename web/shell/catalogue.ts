/** Everything the domains declare, gathered at build time: pages by place, actions, searches, parts of Home. */
import type { DomainTexts } from '#web/i18n';
import { shellWeb } from './pages.ts';
import type { DomainWeb, PageRoute, PaletteAction } from './types.ts';

const modules = import.meta.glob<{ readonly domainWeb: DomainWeb }>('../../domains/*/web/pages.ts', { eager: true });

/** The shell first, then the domains by folder name; places are decided by `order`. */
export const domainWebs: readonly DomainWeb[] = [shellWeb, ...Object.values(modules).map((module) => module.domainWeb)];

export interface CataloguedPage extends PageRoute<string> {
  readonly domain: string;
  readonly texts: DomainTexts<string>;
}

export const pages: readonly CataloguedPage[] = domainWebs.flatMap((web) =>
  web.pages.map((page) => ({ ...page, domain: web.domain, texts: web.texts })),
);

/** Pages with a place in the sidebar; the chord `g 1` … `g 9` follows this order. */
export const navPages: readonly CataloguedPage[] = pages
  .filter((page) => page.nav !== undefined)
  .toSorted((left, right) => (left.nav?.order ?? 0) - (right.nav?.order ?? 0));

/** Pages listed under Ajustes. */
export const settingsPages: readonly CataloguedPage[] = pages
  .filter((page) => page.settings !== undefined)
  .toSorted((left, right) => (left.settings?.order ?? 0) - (right.settings?.order ?? 0));

export interface CataloguedAction extends PaletteAction<string> {
  readonly texts: DomainTexts<string>;
}

export const actions: readonly CataloguedAction[] = domainWebs.flatMap((web) =>
  (web.actions ?? []).map((action) => ({ ...action, texts: web.texts })),
);

/** The question that a `step_up_required` opens. */
export const loadStepUp = domainWebs.find((web) => web.stepUp)?.stepUp;

/** The text of a notification kind, wherever a domain wrote it; null when nobody did. */
export function textsWith(key: string): DomainTexts<string> | null {
  return domainWebs.find((web) => key in web.texts.es)?.texts ?? null;
}
