/** Who a portfolio belongs to: the adviser responsible for it, and the client who may look at it in the portal. */
import { z } from 'zod';
import { endpoint } from '#kernel';

const Id = z.uuid();
const Person = z.object({ id: Id, name: z.string() });

const Assignable = {
  advisers: z.array(Person),
  clients: z.array(Person),
  /** Whether the asker may leave a portfolio without an adviser. */
  mayUnassign: z.boolean(),
};

export const ListAssignable = endpoint({
  method: 'GET',
  path: '/api/portfolio-people',
  permission: 'portfolios.portfolio.assign',
  summary: 'Whom the asker may name as responsible person and as client of a portfolio.',
  response: z.object(Assignable),
});

export const ReadAssignment = endpoint({
  method: 'GET',
  path: '/api/portfolios/:portfolioId/assignment',
  permission: 'portfolios.portfolio.assign',
  summary: 'The adviser and the client of a portfolio, and whom the asker may name.',
  params: z.object({ portfolioId: Id }),
  response: z.object({
    version: z.number(),
    adviserUserId: Id.nullable(),
    clientUserId: Id.nullable(),
    ...Assignable,
  }),
  refusals: { portfolio_not_found: 404 },
});

export const AssignPortfolio = endpoint({
  method: 'PUT',
  path: '/api/portfolios/:portfolioId/assignment',
  permission: 'portfolios.portfolio.assign',
  summary: 'Names the adviser and the client of a portfolio; needs its version in `If-Match`.',
  params: z.object({ portfolioId: Id }),
  body: z.object({ adviserUserId: Id.nullable(), clientUserId: Id.nullable() }),
  response: z.object({ version: z.number(), adviserUserId: Id.nullable(), clientUserId: Id.nullable() }),
  refusals: {
    portfolio_not_found: 404,
    adviser_not_found: 422,
    client_not_found: 422,
    portfolio_name_taken: 409,
    version_required: 428,
    version_mismatch: 412,
  },
});
