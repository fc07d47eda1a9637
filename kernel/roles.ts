/** The eight roles of a workspace, most powerful first. Permissions name the roles that hold them; nothing else grants. */
export const USER_ROLES = [
  'owner',
  'admin',
  'manager',
  'adviser',
  'trader',
  'bookkeeper',
  'analyst',
  'client',
] as const;

export type UserRole = (typeof USER_ROLES)[number];
