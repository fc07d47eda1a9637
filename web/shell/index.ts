/** The shell's door for domain pages. */
export type { DomainTexts } from '#web/i18n';
export { defineDomainWeb, type DomainWeb, type PageRoute, type PaletteAction } from './types.ts';
