/** Facts imports publish. */
import { z } from 'zod';
import { event } from '#kernel';

const Id = z.uuid();
const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

export const ImportConfirmed = event({
  name: 'portfolios.import.confirmed',
  version: 1,
  summary: 'The operations of a file were recorded as one batch.',
  permission: 'portfolios.portfolio.read',
  schema: z.object({
    importId: Id,
    portfolioId: Id,
    fileName: z.string(),
    recorded: z.number(),
    alreadyKnown: z.number(),
  }),
  example: {
    importId: EXAMPLE_ID,
    portfolioId: EXAMPLE_ID,
    fileName: 'operaciones.xlsx',
    recorded: 120,
    alreadyKnown: 0,
  },
});

export const ImportUndone = event({
  name: 'portfolios.import.undone',
  version: 1,
  summary: 'Everything an import recorded was taken back.',
  permission: 'portfolios.portfolio.read',
  schema: z.object({ importId: Id, portfolioId: Id, fileName: z.string(), reversed: z.number() }),
  example: { importId: EXAMPLE_ID, portfolioId: EXAMPLE_ID, fileName: 'operaciones.xlsx', reversed: 120 },
});

export const importEvents = [ImportConfirmed, ImportUndone] as const;
