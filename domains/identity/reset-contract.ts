/** A forgotten password to the outside: asking for a link, using it, and an admin's link for somebody else. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { Email, Id, LinkToken, NewPassword } from './contract-schemas.ts';

export const RequestReset = endpoint({
  method: 'POST',
  path: '/api/password-resets',
  permission: 'public',
  summary: 'Mails a link of thirty minutes if the e-mail has an account. The answer is the same whether it has or not.',
  body: z.object({ email: Email }),
  /** False when no mail server is set, whatever the e-mail: an admin or the command line gives the link then. */
  response: z.object({ isMailed: z.boolean() }),
  status: 202,
  holdsSecret: true,
  refusals: { reset_blocked: 429 },
});

export const CompleteReset = endpoint({
  method: 'POST',
  path: '/api/password-resets/completion',
  permission: 'public',
  summary: 'Sets the new password, uses the link up and closes every session of the person. She signs in afterwards.',
  body: z.object({ token: LinkToken, newPassword: NewPassword }),
  status: 204,
  holdsSecret: true,
  refusals: {
    reset_link_wrong: 404,
    reset_link_expired: 410,
    user_disabled: 403,
    password_too_weak: 422,
    too_busy: 503,
  },
});

export const IssueReset = endpoint({
  method: 'POST',
  path: '/api/users/:userId/password-resets',
  permission: 'identity.users.update',
  caller: 'person',
  summary: 'Makes a single-use link of thirty minutes for a person who cannot get in, to hand over yourself.',
  params: z.object({ userId: Id }),
  response: z.object({ path: z.string(), expiresAtMs: z.number() }),
  status: 201,
  holdsSecret: true,
  stepUp: true,
  refusals: { user_not_found: 404, role_above_yours: 403, yourself: 409, user_disabled: 409 },
});
