/** Facts the ledger publishes: what webhooks, sockets and the event log show. Figures are exact decimal text. */
import { z } from 'zod';
import { event } from '#kernel';
import { importEvents } from './imports/import-events.ts';
import { LEDGER_EVENT_TYPES } from './ledger-event.ts';
import { planningEvents } from './planning/planning-events.ts';

const Id = z.uuid();
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const MaybeDecimal = z.string().nullable();
const EventType = z.enum(LEDGER_EVENT_TYPES);
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

export const PortfolioCreated = event({
  name: 'portfolios.portfolio.created',
  version: 1,
  summary: 'A portfolio was created.',
  permission: 'portfolios.portfolio.read',
  schema: z.object({ portfolioId: Id, name: z.string(), baseCurrency: z.string() }),
  example: { portfolioId: EXAMPLE_ID, name: 'Largo plazo', baseCurrency: 'EUR' },
});

export const OperationRecorded = event({
  name: 'portfolios.operation.recorded',
  version: 1,
  summary: 'An operation was recorded by hand.',
  permission: 'portfolios.portfolio.read',
  schema: z.object({
    portfolioId: Id,
    operationId: Id,
    type: EventType,
    date: Day,
    accountName: z.string(),
    instrumentId: Id.nullable(),
    quantity: MaybeDecimal,
    amount: MaybeDecimal,
    currency: z.string(),
  }),
  example: {
    portfolioId: EXAMPLE_ID,
    operationId: EXAMPLE_ID,
    type: 'buy',
    date: '2026-11-20',
    accountName: 'Broker',
    instrumentId: EXAMPLE_ID,
    quantity: '10',
    amount: '1000',
    currency: 'EUR',
  },
});

export const OperationReversed = event({
  name: 'portfolios.operation.reversed',
  version: 1,
  summary: 'An operation was taken back by its opposite.',
  permission: 'portfolios.portfolio.read',
  schema: z.object({ portfolioId: Id, operationId: Id, reversalId: Id }),
  example: { portfolioId: EXAMPLE_ID, operationId: EXAMPLE_ID, reversalId: EXAMPLE_ID },
});

export const PortfolioAssigned = event({
  name: 'portfolios.portfolio.assigned',
  version: 1,
  summary: 'A portfolio has another adviser or client.',
  permission: 'portfolios.portfolio.read',
  schema: z.object({ portfolioId: Id, adviserUserId: Id.nullable(), clientUserId: Id.nullable() }),
  example: { portfolioId: EXAMPLE_ID, adviserUserId: EXAMPLE_ID, clientUserId: null },
});

export const portfoliosEvents = [
  PortfolioCreated,
  PortfolioAssigned,
  OperationRecorded,
  OperationReversed,
  ...importEvents,
  ...planningEvents,
] as const;
