/** The shell's door for domain pages. */
export type { DomainTexts } from '#web/i18n';
export { type PageAction, usePageAction } from './actions.ts';
export { usePageTitle } from './document-title.ts';
export { type Session, SECOND_FACTOR_PATH, SETUP_PATH, SIGN_IN_PATH, useCan, useSession } from './session.ts';
export { returnPath } from './sign-in-redirect.ts';
export {
  defineDomainWeb,
  type DomainWeb,
  type EntitySearch,
  type FoundEntity,
  type PageRoute,
  type PaletteAction,
} from './types.ts';
export { useGo, usePathParam, useUrlState } from './url-state.ts';
export { Logo } from './logo.tsx';
