/**
 * Reversal: the ledger's only edit. An event that records the opposite and names what it takes back; both stay readable.
 */
import { type Decimal, ok, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import { historyOf, type RecordingPlatform, uncovered, writeEvents } from './ledger-writing.ts';
import { readReversible } from './ledger.store.ts';
import type { PortfolioScope } from './portfolio-reach.store.ts';
import { lockPortfolio } from './portfolio.store.ts';
import type { BookEvent } from './posting.ts';

export interface ReversalRequest extends PortfolioScope {
  readonly userId: string | null;
  readonly target: { readonly eventId: string } | { readonly importId: string };
}

export interface Reversal {
  readonly eventId: string;
  readonly reversalId: string;
}

export type ReversalRefusal = 'portfolio_not_found' | 'operation_not_found' | 'reversal_uncovers_sale';

/** Takes back one event or a whole import. Refuses when a sale that stays would then sell more than is held. */
export async function reverseEvents(
  platform: RecordingPlatform,
  tx: Transaction,
  request: ReversalRequest,
): Promise<Result<readonly Reversal[], ReversalRefusal>> {
  const portfolio = await lockPortfolio(tx, request);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: request.portfolioId });
  const { workspaceId, portfolioId } = request;
  const targets = await readReversible(tx, { workspaceId, portfolioId, ...request.target });
  if (targets.length === 0) return refuse('operation_not_found', { ...request.target });
  const gone = new Set(targets.map(({ event }) => event.id));
  for (const [accountId, group] of Map.groupBy(targets, ({ event }) => event.accountId)) {
    const events = group.map(({ event }) => event);
    const history = await historyOf(tx, portfolio, { accountId, events });
    const [short] = uncovered(history.filter((event) => !gone.has(event.id)));
    if (short) return refuse('reversal_uncovers_sale', uncoveredFacts(short.event, short.held));
  }
  const inputs = targets.map((target, index) => ({
    bookEvent: { ...target.event, id: platform.newId(), sequence: portfolio.lastSequence + 1 + index },
    note: '',
    idempotencyKey: `reversal:${target.event.id}`,
    keyRound: 0,
    source: target.source,
    importId: target.importId,
    reverses: target.event.id,
  }));
  await writeEvents(platform, tx, { portfolio, inputs, userId: request.userId, liveEventDelta: -inputs.length });
  return ok(inputs.map((input) => ({ eventId: input.reverses, reversalId: input.bookEvent.id })));
}

function uncoveredFacts(event: BookEvent, held: Decimal): Record<string, unknown> {
  return {
    message: 'A later sale or transfer takes from this operation; take that one back first.',
    operationId: event.id,
    date: event.date,
    wanted: event.quantity,
    held,
  };
}

export type ImportReversalRequest = Omit<ReversalRequest, 'target'> & { readonly importId: string };

/** Takes back everything an import recorded that still stands. */
export function reverseImport(
  platform: RecordingPlatform,
  tx: Transaction,
  { importId, ...request }: ImportReversalRequest,
): Promise<Result<readonly Reversal[], ReversalRefusal>> {
  return reverseEvents(platform, tx, { ...request, target: { importId } });
}
