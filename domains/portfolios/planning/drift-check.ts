/**
 * The check of drift, every hour and after each change of a model: who left the bands and who is back is told once, as an
 * event and to the person responsible (without one, to the owners and administrators). Running it twice tells nothing twice.
 */
import { members } from '#identity';
import { EVERY_ROW } from '#kernel';
import type { Transaction } from '#platform/db';
import { type Platform, workspaceIdsOf } from '#platform/domain';
import { job, type JobContext, type JobDefinition } from '#platform/jobs';
import type { NoticeKind } from '#platform/notify';
import { z } from 'zod';
import type { FiguresSource } from '../figures.ts';
import { listPortfolios, lockPortfolio } from '../portfolio.store.ts';
import { type Drift, measureDrift, outSinceOf } from './drift.ts';
import { listToldDrifts, type ToldDrift, writeToldDrift } from './drift.store.ts';
import { listInstrumentFacts } from './instrument-facts.store.ts';
import { listAssignments, listModels } from './model.store.ts';
import { DriftEntered, DriftLeft } from './planning-events.ts';

export const DRIFT_JOB = 'portfolios.drift.check';
const ATTEMPTS_MAX = 3; // It runs again within the hour.
const Payload = z.object({ workspaceId: z.uuid() }).nullable();

export const planningNotices: readonly NoticeKind[] = [
  {
    kind: 'portfolios.drift.entered',
    permission: 'portfolios.plan.read',
    severity: 'warning',
    label: { es: 'Carteras fuera de banda', en: 'Portfolios out of band' },
    text: {
      es: '«{portfolio}» se ha salido de las bandas de «{model}»: se aleja {drift} puntos.',
      en: '“{portfolio}” left the bands of “{model}”: it is {drift} points away.',
    },
    channels: ['email'],
  },
];

/** The job; without a payload it looks at every workspace. */
export function driftJob(platform: Platform, source: () => FiguresSource): JobDefinition {
  return job({
    name: DRIFT_JOB,
    attemptsMax: ATTEMPTS_MAX,
    cron: '25 * * * *',
    parse: (payload) => Payload.parse(payload ?? null),
    async run(order, context) {
      const ids = order ? [order.workspaceId] : await workspaceIdsOf(platform);
      for (const [index, workspaceId] of ids.entries()) {
        await context.progress(index / ids.length, `${index} / ${ids.length}`);
        await checkDrifts(platform, source(), { workspaceId, signal: context.signal });
      }
    },
  });
}

/** Looks at every portfolio of a workspace that follows a model and tells what changed. */
export async function checkDrifts(
  platform: Platform,
  source: FiguresSource,
  { workspaceId, signal }: { readonly workspaceId: string } & Pick<JobContext, 'signal'>,
): Promise<void> {
  const reach = { workspaceId, rows: EVERY_ROW };
  const [portfolios, followed, models, facts] = await Promise.all([
    listPortfolios(platform.db, reach),
    listAssignments(platform.db, reach),
    listModels(platform.db, workspaceId),
    listInstrumentFacts(platform.db, workspaceId),
  ]);
  for (const portfolio of portfolios) {
    signal.throwIfAborted();
    const model = models.find(({ id }) => id === followed.get(portfolio.id));
    if (!model) continue;
    const drift = await measureDrift(source, portfolio, { model, facts });
    const { allocation } = drift;
    // A portfolio whose value is unknown has not moved as far as anybody can say.
    if (!allocation?.worst) continue;
    const outSince = await outSinceOf(source, drift, facts);
    const told = { portfolioId: portfolio.id, workspaceId, modelId: model.id, isOut: !allocation.isInside, outSince };
    const { key: worst, drift: maxDrift } = allocation.worst;
    await platform.db.transaction((tx) =>
      tell(platform, tx, { drift, told: { ...told, worst, maxDrift, checkedAtMs: platform.clock() } }),
    );
  }
}

/** Writes what is known and, when it changed sides, says so in the same transaction. */
async function tell(
  platform: Platform,
  tx: Transaction,
  { drift, told }: { readonly drift: Drift; readonly told: ToldDrift },
): Promise<void> {
  const { workspaceId, portfolioId, modelId, worst, maxDrift, isOut } = told;
  const reach = { workspaceId, rows: EVERY_ROW };
  if (!(await lockPortfolio(tx, { ...reach, portfolioId }))) return;
  // Somebody may have given it another model while it was measured.
  if ((await listAssignments(tx, reach)).get(portfolioId) !== modelId) return;
  const before = (await listToldDrifts(tx, reach)).get(portfolioId);
  const wasOut = before?.isOut ?? false;
  const outSince = wasOut && isOut ? (before?.outSince ?? told.outSince) : told.outSince;
  await writeToldDrift(tx, { ...told, outSince });
  if (wasOut === isOut) return;
  const payload = { portfolioId, modelId, worst, maxDrift: maxDrift.toString(), outSince };
  tx.emit(isOut ? DriftEntered : DriftLeft, { workspaceId, subjectId: portfolioId, payload });
  if (isOut) await notify(platform, tx, { drift, told });
}

async function notify(
  platform: Platform,
  tx: Transaction,
  { drift, told }: { readonly drift: Drift; readonly told: ToldDrift },
): Promise<void> {
  const { portfolio, model } = drift;
  const { workspaceId } = told;
  const points = told.maxDrift.absolute().toStatistic() * 100;
  const payload = { portfolio: portfolio.name, model: model?.name ?? '', drift: points.toFixed(1) };
  for (const userId of await responsibleFor(tx, drift)) {
    await platform.notify.record(tx, {
      workspaceId,
      userId,
      permission: 'portfolios.plan.read',
      kind: 'portfolios.drift.entered',
      payload,
      href: `/planificacion/rebalanceo?carteras=${portfolio.id}`,
      dedupeKey: `drift ${portfolio.id} ${told.checkedAtMs} ${userId}`,
    });
  }
}

/** Only people who reach the portfolio may learn of it. */
async function responsibleFor(tx: Transaction, { portfolio }: Drift): Promise<string[]> {
  if (portfolio.adviserUserId !== null) return [portfolio.adviserUserId];
  const people = await members(tx, portfolio.workspaceId);
  return people.filter(({ role, isDisabled }) => !isDisabled && ['owner', 'admin'].includes(role)).map(({ id }) => id);
}
