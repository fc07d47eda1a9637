/** Who may give and take which role: nobody reaches above herself, and a workspace never loses its last owner. */
import { type Result, USER_ROLES, type UserRole, ok, refuse } from '#kernel';

/** True when `left` is at least as powerful as `right`. */
export function isAtLeast(left: UserRole, right: UserRole): boolean {
  return USER_ROLES.indexOf(left) <= USER_ROLES.indexOf(right);
}

/** Refuses a change on somebody above the actor, or towards a role above the actor. */
export function requireReach(actorRole: UserRole, ...roles: readonly UserRole[]): Result<null, 'role_above_yours'> {
  const above = roles.find((role) => !isAtLeast(actorRole, role));
  return above ? refuse('role_above_yours', { role: above, yours: actorRole }) : ok(null);
}
