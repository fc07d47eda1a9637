/**
 * What planning says to the outside: models, what instruments are made of, and drift. Weights and bands are whole basis
 * points (10,000 is everything); money is exact decimal text; measured weights are ratios; days are YYYY-MM-DD.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { ASSET_CLASSES, BAND_KINDS, RISK_PROFILES, TARGETS_MAX } from './model.ts';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const MaybeDecimal = z.string().nullable();
const Bps = z.number().int().min(0).max(10_000);
const Name = z.string().trim().min(1).max(120);
const Note = z.string().trim().max(500).default('');
const PARTS_MAX = 40; // Regions or sectors of one instrument that anybody would list.

const ClassName = z.enum(ASSET_CLASSES);
const Profile = z.enum(RISK_PROFILES);
const Band = z.object({ kind: z.enum(BAND_KINDS), bps: Bps });

const WrittenTarget = z.object({
  /** Exactly one of the two. */
  assetClass: ClassName.nullable().default(null),
  instrumentId: Id.nullable().default(null),
  weightBps: Bps,
  band: Band,
  /** What is bought when the class lacks; left out, the largest holding of it. */
  buyInstrumentId: Id.nullable().default(null),
});
const NamedInstrument = z.object({ id: Id, name: z.string(), symbol: z.string().nullable() });
const ShownTarget = z.object({
  key: z.string(),
  assetClass: ClassName.nullable(),
  instrument: NamedInstrument.nullable(),
  weightBps: Bps,
  band: Band,
  buyInstrument: NamedInstrument.nullable(),
});

const ModelView = z.object({
  id: Id,
  name: z.string(),
  riskProfile: Profile,
  version: z.number(),
  targets: z.array(ShownTarget),
  /** How much of the whole may be what the model does not name; cash too, unless it is a target. */
  outsideBandBps: Bps,
  note: z.string(),
  recordedAtMs: z.number(),
  isArchived: z.boolean(),
  /** Portfolios of the workspace that follow it. */
  followerCount: z.number(),
});

const WrittenModel = z.object({
  name: Name,
  riskProfile: Profile,
  targets: z.array(WrittenTarget).max(TARGETS_MAX),
  outsideBandBps: Bps.default(200),
  /** Why this version, for whoever reads it later. */
  note: Note,
});

export const ListModels = endpoint({
  method: 'GET',
  path: '/api/models',
  permission: 'portfolios.plan.read',
  summary: 'Model portfolios of the workspace with their targets, by name.',
  response: z.object({ items: z.array(ModelView) }),
});

export const CreateModel = endpoint({
  method: 'POST',
  path: '/api/models',
  permission: 'portfolios.model.write',
  summary: 'Creates a model portfolio; its targets add up to 10,000 basis points.',
  body: WrittenModel,
  response: ModelView,
  status: 201,
  refusals: { targets_not_valid: 422, model_name_taken: 409, models_too_many: 409 },
});

export const ReadModel = endpoint({
  method: 'GET',
  path: '/api/models/:modelId',
  permission: 'portfolios.plan.read',
  summary: 'A model with every version it had, newest first.',
  params: z.object({ modelId: Id }),
  response: ModelView.extend({
    versions: z.array(
      z.object({
        version: z.number(),
        targets: z.array(ShownTarget),
        outsideBandBps: Bps,
        note: z.string(),
        recordedAtMs: z.number(),
        /** Null: made by the demo. */
        recordedByName: z.string().nullable(),
      }),
    ),
  }),
  refusals: { model_not_found: 404 },
});

export const ChangeModel = endpoint({
  method: 'PUT',
  path: '/api/models/:modelId',
  permission: 'portfolios.model.write',
  summary: 'Writes the next version of a model; portfolios that follow it follow the new one. Needs `If-Match`.',
  params: z.object({ modelId: Id }),
  body: WrittenModel,
  response: ModelView,
  refusals: {
    model_not_found: 404,
    targets_not_valid: 422,
    model_name_taken: 409,
    version_required: 428,
    version_mismatch: 412,
  },
});

export const ArchiveModel = endpoint({
  method: 'DELETE',
  path: '/api/models/:modelId',
  permission: 'portfolios.model.write',
  summary: 'Takes a model that no portfolio follows off the list; its versions are kept.',
  params: z.object({ modelId: Id }),
  status: 204,
  refusals: { model_not_found: 404, model_followed: 409 },
});

export const AssignModel = endpoint({
  method: 'PUT',
  path: '/api/portfolios/:portfolioId/model',
  permission: 'portfolios.plan.write',
  summary: 'Says which model a portfolio follows; null follows none.',
  params: z.object({ portfolioId: Id }),
  body: z.object({ modelId: Id.nullable() }),
  status: 204,
  refusals: { portfolio_not_found: 404, model_not_found: 404 },
});

export const SleeveView = z.object({
  /** `class:equity`, `instrument:<id>` or `outside`. */
  key: z.string(),
  assetClass: ClassName.nullable(),
  instrument: NamedInstrument.nullable(),
  targetRatio: z.number(),
  lowerRatio: z.number(),
  upperRatio: z.number(),
  value: z.string(),
  weightRatio: z.number().nullable(),
  state: z.enum(['inside', 'below', 'above']),
});
export const MissingFact = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('price'), instrumentId: Id, name: z.string() }),
  z.object({ kind: z.literal('fx'), from: z.string(), to: z.string(), date: Day }),
]);

const DriftView = z.object({
  portfolioId: Id,
  portfolioName: z.string(),
  currency: z.string(),
  model: z.object({ id: Id, name: z.string(), version: z.number(), riskProfile: Profile }).nullable(),
  /** `unknown`: a price or a rate is missing, or nothing is held; `missing` says which. */
  state: z.enum(['inside', 'out', 'unknown', 'no_model']),
  value: MaybeDecimal,
  /** Weight less target of the sleeve farthest from its target. */
  maxDriftRatio: z.number().nullable(),
  worst: SleeveView.nullable(),
  /** Share of the portfolio that would have to move to be on target. */
  turnoverRatio: z.number().nullable(),
  /** First day of the present stretch out of band, by daily closes; null inside. */
  outSince: Day.nullable(),
  sleeves: z.array(SleeveView),
  missing: z.array(MissingFact),
  /** Holdings whose asset class nobody stated and whose kind does not tell it; they count as `other`. */
  unclassified: z.array(NamedInstrument),
});

export const ListDrifts = endpoint({
  method: 'GET',
  path: '/api/drifts',
  permission: 'portfolios.plan.read',
  summary: 'Every portfolio against its model: who is out of band, by how much and since when; farthest first.',
  response: z.object({ items: z.array(DriftView), checkedAtMs: z.number() }),
});

/** Parts by name in basis points; together at most the whole. */
const Breakdown = z
  .record(z.string().regex(/^[a-z][a-z_]{1,40}$/), Bps)
  .refine((parts) => Object.keys(parts).length <= PARTS_MAX, 'too many parts')
  .refine((parts) => Object.values(parts).reduce((total, part) => total + part, 0) <= 10_000, 'above the whole');

export const ListInstrumentFacts = endpoint({
  method: 'GET',
  path: '/api/instrument-facts',
  permission: 'portfolios.plan.read',
  summary:
    'What the instruments of models and of the portfolios within reach are made of: class, regions, sectors, charge.',
  response: z.object({
    items: z.array(
      z.object({
        instrument: NamedInstrument.extend({ kind: z.string(), currency: z.string() }),
        assetClass: ClassName,
        /** Where the class comes from; `unknown` counts as `other`. */
        classSource: z.enum(['stated', 'kind', 'unknown']),
        regions: z.record(z.string(), z.number()),
        sectors: z.record(z.string(), z.number()),
        feeBps: Bps.nullable(),
      }),
    ),
  }),
});

export const WriteInstrumentFacts = endpoint({
  method: 'PUT',
  path: '/api/instrument-facts/:instrumentId',
  permission: 'portfolios.model.write',
  summary: 'States what an instrument is made of, for the whole workspace.',
  params: z.object({ instrumentId: Id }),
  body: z.object({ assetClass: ClassName, regions: Breakdown, sectors: Breakdown, feeBps: Bps.nullable() }),
  status: 204,
  refusals: { instrument_not_found: 404 },
});

export const modelsApi = {
  ListModels,
  CreateModel,
  ReadModel,
  ChangeModel,
  ArchiveModel,
  AssignModel,
  ListDrifts,
  ListInstrumentFacts,
  WriteInstrumentFacts,
} as const;
