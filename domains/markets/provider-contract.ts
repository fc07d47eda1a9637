/** What markets says of its providers: how they fare, their keys (written, never read), their switches and their tests. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { LIVE_PROVIDERS } from './price.ts';

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const SimulatorFault = z.enum(['none', 'outage', 'stale', 'spike']);
const Asked = z.enum([...LIVE_PROVIDERS, 'ecb']);
const Keyed = z.enum(['coinmarketcap', 'twelve_data']);
const Switched = z.enum(['financial_times']);
const Testable = z.enum(['coinmarketcap', 'yahoo', 'twelve_data', 'financial_times', 'ecb']);
/** Printable and without spaces: it travels in a header. */
const Key = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{8,200}$/)
  .meta({ allowed: '8 to 200 printable characters without spaces' });

const ReadProviders = endpoint({
  method: 'GET',
  path: '/api/markets/providers',
  permission: 'markets.provider.read',
  summary: 'Where prices come from: state, credits, key, last success and last failure of each provider.',
  response: z.object({
    priceSource: z.enum(['live', 'simulated']),
    simulatorFault: SimulatorFault,
    items: z.array(
      z.object({
        provider: Asked,
        state: z.enum(['closed', 'open', 'half_open', 'failing', 'unused', 'not_set_up']),
        failuresInRow: z.number(),
        lastSuccessAtMs: z.number().nullable(),
        lastFailureAtMs: z.number().nullable(),
        /** Code and sentence in English, for support. */
        lastFailure: z.string().nullable(),
        /** The code alone, for words on screen. */
        lastFailureCode: z.string().nullable(),
        openUntilMs: z.number().nullable(),
        /** Credits used in the windows that the provider counts. */
        credits: z.array(
          z.object({
            window: z.enum(['day', 'month']),
            usedCredits: z.number(),
            limitCredits: z.number(),
            endsAtMs: z.number(),
          }),
        ),
        keySource: z.enum(['environment', 'stored', 'none', 'not_needed']),
        /** Null for a provider that is always on. */
        isEnabled: z.boolean().nullable(),
        /** Market time of the newest price of this workspace that came from it. */
        newestPriceAtMs: z.number().nullable(),
        testedAtMs: z.number().nullable(),
        /** `ok` or the code of the failure; null while the answer is on its way or when nobody asked. */
        testOutcome: z.string().nullable(),
      }),
    ),
    watchedCount: z.number(),
    staleCount: z.number(),
    missingCount: z.number(),
    quarantinedCount: z.number(),
    newestFxDay: Day.nullable(),
  }),
});

const SetProviderKey = endpoint({
  method: 'PUT',
  path: '/api/markets/providers/:provider/key',
  permission: 'markets.provider.write',
  summary: 'Keeps the key of a provider for the whole installation, sealed. It cannot be read back.',
  params: z.object({ provider: Keyed }),
  body: z.object({ key: Key }),
  status: 204,
  holdsSecret: true,
  refusals: { workspace_simulated: 409, key_from_environment: 409, secrets_full: 409 },
});

const DeleteProviderKey = endpoint({
  method: 'DELETE',
  path: '/api/markets/providers/:provider/key',
  permission: 'markets.provider.write',
  summary: 'Forgets the stored key of a provider; it is no longer asked.',
  params: z.object({ provider: Keyed }),
  status: 204,
  refusals: { workspace_simulated: 409, key_not_found: 404 },
});

const SwitchProvider = endpoint({
  method: 'PUT',
  path: '/api/markets/providers/:provider/switch',
  permission: 'markets.provider.write',
  summary: 'Turns a provider that is off by default on or off; on only for who has read its terms.',
  params: z.object({ provider: Switched }),
  body: z.object({ isEnabled: z.boolean(), areTermsAccepted: z.boolean().default(false) }),
  status: 204,
  refusals: { workspace_simulated: 409, terms_not_accepted: 422 },
});

const TestProvider = endpoint({
  method: 'POST',
  path: '/api/markets/providers/:provider/test',
  permission: 'markets.provider.write',
  summary: 'Asks a provider for one well-known price in the background; the list says what came of it.',
  params: z.object({ provider: Testable }),
  response: z.object({ isQueued: z.literal(true) }),
  status: 202,
  refusals: { workspace_simulated: 409 },
});

const SetSimulatorFault = endpoint({
  method: 'PUT',
  path: '/api/markets/simulator/fault',
  permission: 'markets.provider.write',
  summary: 'Makes the simulated market of a demo workspace fail on purpose.',
  body: z.object({ fault: SimulatorFault }),
  status: 204,
  refusals: { workspace_not_simulated: 409 },
});

export const providerApi = {
  ReadProviders,
  SetProviderKey,
  DeleteProviderKey,
  SwitchProvider,
  TestProvider,
  SetSimulatorFault,
} as const;
