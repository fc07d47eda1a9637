/** Facts of planning that are published. Every one is about a portfolio, so that only those who reach it hear it. */
import { z } from 'zod';
import { event } from '#kernel';

const Id = z.uuid();
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

export const ModelAssigned = event({
  name: 'portfolios.model.assigned',
  version: 1,
  summary: 'A portfolio follows another model, or none.',
  permission: 'portfolios.plan.read',
  schema: z.object({ portfolioId: Id, modelId: Id.nullable() }),
  example: { portfolioId: EXAMPLE_ID, modelId: EXAMPLE_ID },
});

const Drift = z.object({
  portfolioId: Id,
  modelId: Id,
  /** `class:equity`, `instrument:<id>` or `outside`: what is farthest from its target. */
  worst: z.string(),
  /** Weight less target of it, as a decimal ratio. */
  maxDrift: z.string(),
  outSince: z.string().nullable(),
});
const example = { portfolioId: EXAMPLE_ID, modelId: EXAMPLE_ID, worst: 'class:equity', maxDrift: '0.081' };

export const DriftEntered = event({
  name: 'portfolios.drift.entered',
  version: 1,
  summary: 'A portfolio left the bands of its model.',
  permission: 'portfolios.plan.read',
  schema: Drift,
  example: { ...example, outSince: '2026-11-20' },
});

export const DriftLeft = event({
  name: 'portfolios.drift.left',
  version: 1,
  summary: 'A portfolio is inside the bands of its model again.',
  permission: 'portfolios.plan.read',
  schema: Drift,
  example: { ...example, maxDrift: '0.012', outSince: null },
});

export const planningEvents = [ModelAssigned, DriftEntered, DriftLeft] as const;
