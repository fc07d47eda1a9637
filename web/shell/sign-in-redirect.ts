/** Sends a person whose session ended to sign in, and remembers where she was. */
import { SECOND_FACTOR_PATH, SETUP_PATH, SIGN_IN_PATH } from './session.ts';

/** Name of the query value the sign-in page returns to. */
export const RETURN_PARAM = 'volver';

export function toSignIn(): void {
  const { pathname } = location;
  if (pathname === SIGN_IN_PATH || pathname === SETUP_PATH) return;
  location.replace(`${SIGN_IN_PATH}${rememberedPath()}`);
}

/** Sends a person to register the second factor that her workspace asks for, and remembers where she was. */
export function toSecondFactor(): void {
  location.replace(`${SECOND_FACTOR_PATH}${rememberedPath()}`);
}

function rememberedPath(): string {
  const { pathname, search } = location;
  return pathname === '/' && search === '' ? '' : `?${RETURN_PARAM}=${encodeURIComponent(pathname + search)}`;
}

/** Where to go after signing in: only a path of this app, never another site. */
export function returnPath(search: string): string {
  const wanted = new URLSearchParams(search).get(RETURN_PARAM) ?? '/';
  // Browsers drop tabs and line breaks from an address, so `/\t/evil` would become `//evil`.
  return /^\/(?![/\\])[^\\\s]*$/.test(wanted) ? wanted : '/';
}
