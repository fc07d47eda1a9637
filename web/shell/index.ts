/** The shell's door for domain pages. */
export { defineDomainWeb, type DomainTexts, type DomainWeb, type PageRoute, type PaletteAction } from './types.ts';
