/** Pieces that several contracts of identity share. */
import { z } from 'zod';
import { USER_ROLES } from '#kernel';

export const PASSWORD_LENGTH_MIN = 10; // NIST SP 800-63B-4 asks for 8 with throttling; ten costs nobody anything.
const PASSWORD_LENGTH_MAX = 200; // Longer text is not typed by a person and costs hashing time.
const NAME_LENGTH_MAX = 120;

export const Name = z.string().trim().min(1).max(NAME_LENGTH_MAX);
export const Email = z.string().trim().max(254).pipe(z.email());
export const NewPassword = z.string().min(1).max(PASSWORD_LENGTH_MAX);
export const TypedPassword = z.string().min(1).max(1_000);
export const Locale = z.enum(['es', 'en']);
export const TimeZone = z.string().min(1).max(64);
export const Currency = z.string().regex(/^[A-Z]{3}$/);
export const Role = z.enum(USER_ROLES);
export const WorkspaceKind = z.enum(['real', 'demo']);
export const Id = z.uuid();

/** The secret of a link, from the fragment of its address. */
export const LinkToken = z.string().min(1).max(200);

export const SignedIn = z.object({ userId: Id, workspaceId: Id });
