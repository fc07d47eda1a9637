/** Who is looking: the signed-in person, her workspace and what she may do. The server decides; this only hides what it would refuse. */
import { createContext, use } from 'react';
import type { ApiOutput } from '#web/api';

export type Session = ApiOutput<'GET /api/me'>;

/** Where a person signs in; the page is identity's. */
export const SIGN_IN_PATH = '/entrar';
export const SETUP_PATH = '/setup';
/** Where a person registers the second factor that her workspace asks for; the page is identity's. */
export const SECOND_FACTOR_PATH = '/proteger';

export const SessionContext = createContext<Session | null>(null);

/** The session of the person looking. Only below the shell's layout. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new TypeError('useSession: no session above this component');
  return session;
}

/** True when the person holds the permission (`session` and `public` always). */
export function useCan(permission: string): boolean {
  return isAllowed(useSession(), permission);
}

export function isAllowed(session: Session, permission: string): boolean {
  return permission === 'session' || permission === 'public' || session.permissions.includes(permission);
}
