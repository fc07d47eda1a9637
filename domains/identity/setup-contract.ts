/** The first run to the outside: whether it is still to be done, and doing it. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { Currency, Email, Id, Locale, Name, NewPassword, SignedIn, TimeZone } from './contract-schemas.ts';

export const ReadSetup = endpoint({
  method: 'GET',
  path: '/api/setup',
  permission: 'public',
  summary: 'Tells whether the first person must still be created, and whether the link still works.',
  response: z.object({
    isNeeded: z.boolean(),
    /** `none`: no link was made yet; `expired`: start Cactus again to get another. */
    link: z.enum(['active', 'expired', 'none']),
    /** False when setup is open only on the machine itself and this browser is elsewhere. */
    isAllowedFromHere: z.boolean(),
    /** Whether a workspace with sample data comes with it. */
    bringsDemo: z.boolean(),
    /** Whether this browser has a session: the sign-in page then has nothing to ask. */
    isSignedIn: z.boolean(),
  }),
});

export const CompleteSetup = endpoint({
  method: 'POST',
  path: '/api/setup',
  permission: 'public',
  summary: 'Creates the owner, her real workspace and the demo workspace, and signs her in. Works once.',
  body: z.object({
    token: z.string().min(1).max(200),
    name: Name,
    email: Email,
    password: NewPassword,
    workspaceName: Name,
    baseCurrency: Currency,
    locale: Locale,
    timeZone: TimeZone,
  }),
  response: SignedIn.extend({ realWorkspaceId: Id }),
  status: 201,
  refusals: {
    setup_already_done: 409,
    setup_link_wrong: 403,
    setup_link_expired: 410,
    setup_only_on_this_machine: 403,
    password_too_weak: 422,
    time_zone_unknown: 422,
    currency_unknown: 422,
    too_busy: 503,
  },
});
