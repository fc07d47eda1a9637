/**
 * A chain answer as text and back, so that workers share it: what one of them asked a provider, another need not ask again.
 * Prices and ratios travel as exact decimal text. Reading throws on text of another shape; it is then asked for anew.
 */
import { Decimal, localDate } from '#kernel';
import { z } from 'zod';
import { LIVE_PROVIDERS } from '../price.ts';
import type { ChainResult } from './provider-chain.ts';

const decimal = z.string().transform((text) => Decimal.from(text));
const day = z.string().transform((text) => localDate(text));
const ANSWER = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    value: z.object({
      quote: z
        .object({
          price: decimal,
          currency: z.string(),
          marketAtMs: z.number(),
          previousClose: decimal.nullable(),
          dayVolume: decimal.exactOptional(),
        })
        .nullable(),
      closes: z.array(z.object({ on: day, close: decimal, currency: z.string(), volume: decimal.exactOptional() })),
      splits: z.array(z.object({ on: day, ratio: decimal })),
      dividends: z.array(z.object({ exDate: day, amount: decimal, currency: z.string() })).exactOptional(),
      providerSymbol: z.string(),
      providerName: z.string().nullable(),
      provider: z.enum(LIVE_PROVIDERS),
      fetchedAtMs: z.number(),
    }),
  }),
  z.object({
    ok: z.literal(false),
    code: z.enum(['unknown_symbol', 'provider_failed']),
    details: z.record(z.string(), z.unknown()),
  }),
]);

export const answerText = {
  encode: (answer: ChainResult): string => JSON.stringify(answer),
  decode: (text: string): ChainResult => ANSWER.parse(JSON.parse(text)),
};
