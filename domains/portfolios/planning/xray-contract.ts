/** Checks of a portfolio over HTTP. Limits are basis points, counts or decimal text; measured shares are ratios. */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { MissingFact } from './contract.ts';
import { SEVERITIES, XRAY_KINDS } from './xray.ts';

const Id = z.uuid();
const RULES_MAX = 60; // More checks than anybody would read.

const Rule = z.object({
  /** Stable within the workspace, so that a finding can be followed. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  kind: z.enum(XRAY_KINDS),
  /** Class, region, sector or currency; null: any one of them. */
  subject: z.string().max(40).nullable().default(null),
  limitBps: z.number().int().min(0).max(10_000).nullable().default(null),
  limitCount: z.number().int().min(1).max(1_000).nullable().default(null),
  limitAmount: z
    .string()
    .regex(/^\d{1,15}(?:\.\d{1,8})?$/)
    .nullable()
    .default(null),
  severity: z.enum(SEVERITIES).default('warning'),
  isEnabled: z.boolean().default(true),
});

export const ReadXrayRules = endpoint({
  method: 'GET',
  path: '/api/xray-rules',
  permission: 'portfolios.plan.read',
  summary: 'The checks of the workspace; version 0 are the defaults of the product.',
  response: z.object({ version: z.number(), rules: z.array(Rule) }),
});

export const WriteXrayRules = endpoint({
  method: 'PUT',
  path: '/api/xray-rules',
  permission: 'portfolios.model.write',
  summary: 'Writes all checks of the workspace; needs the version it changes in `If-Match`.',
  body: z.object({ rules: z.array(Rule).max(RULES_MAX) }),
  response: z.object({ version: z.number(), rules: z.array(Rule) }),
  refusals: { rules_not_valid: 422, version_required: 428, version_mismatch: 412 },
});

export const ReadXray = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/xray',
  permission: 'portfolios.plan.read',
  summary: 'What the checks of the workspace find in a portfolio: passed, broken, or not to be said, with the figure.',
  params: z.object({ portfolioId: Id }),
  response: z.object({
    currency: z.string(),
    total: z.string().nullable(),
    findings: z.array(
      z.object({
        rule: Rule,
        /** `unknown`: what nobody described could still break it. */
        state: z.enum(['ok', 'broken', 'unknown']),
        subject: z.string().nullable(),
        /** A share, a yearly charge or a count; null when it is money. */
        measured: z.number().nullable(),
        amount: z.string().nullable(),
        unknownRatio: z.number(),
      }),
    ),
    missing: z.array(MissingFact),
  }),
  refusals: { portfolio_not_found: 404 },
});

export const xrayApi = { ReadXrayRules, WriteXrayRules, ReadXray } as const;
