/** Where to go after signing in: the page she came for, and never another site. */

/** Reads `?next=/carteras`; anything that is not a path of this app is the start page. */
export function nextPath(search: string): string {
  const wanted = new URLSearchParams(search).get('next') ?? '/';
  const isOwnPath = /^\/(?![/\\])[^\\\s]*$/.test(wanted);
  return isOwnPath && !wanted.startsWith('/entrar') && !wanted.startsWith('/setup') ? wanted : '/';
}
