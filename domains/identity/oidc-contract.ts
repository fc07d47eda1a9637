/** Contracts of sign-in with a provider and of linked accounts. The two browser routes answer with a redirect only. */
import { endpoint, event } from '#kernel';
import { z } from 'zod';
import { LinkToken } from './contract-schemas.ts';

const Id = z.uuid();
const ADDRESS_PART_LENGTH_MAX = 4_000; // Codes of providers are some hundred characters; longer is noise.
const AddressPart = z.string().max(ADDRESS_PART_LENGTH_MAX).optional();
const Provider = z.object({
  name: z.string(),
  /** Which mark the button bears. */
  kind: z.enum(['google', 'other']),
});

const readOidc = endpoint({
  method: 'GET',
  path: '/api/auth/oidc',
  permission: 'public',
  summary: 'The provider that people may sign in with; null when none is configured.',
  response: z.object({ provider: Provider.nullable() }),
});

const startOidc = endpoint({
  method: 'GET',
  path: '/api/auth/oidc/start',
  permission: 'public',
  summary: 'Sends the browser to the provider; back on the sign-in page with `aviso` when that is not possible.',
  query: z.object({
    /** Where in the app to go afterwards; a path of this app. */
    volver: z.string().max(ADDRESS_PART_LENGTH_MAX).optional(),
  }),
  status: 303,
});

const startInvited = endpoint({
  method: 'POST',
  path: '/api/invitation-link/provider',
  permission: 'public',
  summary:
    'Starts accepting an invitation with an account of the provider; go on at `url`. The link stays in the body.',
  body: z.object({ token: LinkToken }),
  response: z.object({ url: z.string() }),
  status: 201,
  holdsSecret: true,
  refusals: {
    invitation_link_wrong: 404,
    invitation_link_expired: 410,
    email_taken: 409,
    oidc_off: 409,
    oidc_address_wrong: 409,
    oidc_too_many: 429,
    oidc_provider_unreachable: 503,
  },
});

const finishOidc = endpoint({
  method: 'GET',
  path: '/api/auth/oidc/callback',
  permission: 'public',
  summary:
    'Where the provider sends the browser back: opens the session or links the account, else says why in `aviso`.',
  // Providers add parameters of their own (scope, prompt, hd); they are nobody's mistake.
  query: z.looseObject({ code: AddressPart, state: AddressPart, error: AddressPart, iss: AddressPart }),
  status: 303,
});

const listLinkedAccounts = endpoint({
  method: 'GET',
  path: '/api/me/linked-accounts',
  permission: 'session',
  summary: 'The accounts of providers that I can sign in with.',
  response: z.object({
    /** The provider that can be linked now. */
    provider: Provider.nullable(),
    /** False for who has only ever come in by her provider. */
    hasPassword: z.boolean(),
    items: z.array(
      z.object({
        id: Id,
        issuer: z.string(),
        email: z.string(),
        /** False when Cactus no longer uses that provider. */
        isUsable: z.boolean(),
        linkedAtMs: z.number(),
        lastUsedAtMs: z.number().nullable(),
      }),
    ),
  }),
});

const startLink = endpoint({
  method: 'POST',
  path: '/api/me/linked-accounts',
  permission: 'session',
  summary: 'Starts linking an account of the provider to me; go on at `url`.',
  response: z.object({ url: z.string() }),
  status: 201,
  holdsSecret: true,
  // A new way into the account: a session left open must not be enough.
  stepUp: true,
  refusals: {
    oidc_already_linked: 409,
    oidc_off: 409,
    oidc_address_wrong: 409,
    oidc_too_many: 429,
    oidc_provider_unreachable: 503,
  },
});

const unlink = endpoint({
  method: 'DELETE',
  path: '/api/me/linked-accounts/:linkedAccountId',
  permission: 'session',
  summary: 'Unlinks an account of mine; never the last way in.',
  params: z.object({ linkedAccountId: Id }),
  status: 204,
  stepUp: true,
  refusals: { linked_account_not_found: 404, last_way_in: 409 },
});

export const oidcApi = { readOidc, startOidc, startInvited, finishOidc, listLinkedAccounts, startLink, unlink };

const linkedPayload = z.object({ linkedAccountId: Id, userId: Id, issuer: z.string() });
const linkedExample = {
  linkedAccountId: '01975f3c-7a00-7000-8000-000000000004',
  userId: '01975f3c-7a00-7000-8000-000000000002',
  issuer: 'https://accounts.google.com',
};

export const AccountLinked = event({
  name: 'identity.account.linked',
  version: 1,
  summary: 'A person can sign in with an account of a provider from now on.',
  permission: 'identity.users.read',
  schema: linkedPayload,
  example: linkedExample,
});

export const AccountUnlinked = event({
  name: 'identity.account.unlinked',
  version: 1,
  summary: 'A person can no longer sign in with an account of a provider.',
  permission: 'identity.users.read',
  schema: linkedPayload,
  example: linkedExample,
});

export const oidcEvents = [AccountLinked, AccountUnlinked] as const;
