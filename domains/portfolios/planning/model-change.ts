/** Changing models: a new one, its next version, taking one off the list, and which portfolio follows which. */
import { recordAudit } from '#identity';
import { addDays, assert, dateInZone, ok, refuse, type Result } from '#kernel';
import { findInstruments, watchInstruments } from '#markets';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type VersionRefusal } from '#platform/http';
import type { PortfolioScope } from '../portfolio-reach.store.ts';
import { lockPortfolio } from '../portfolio.store.ts';
import { DRIFT_JOB } from './drift-check.ts';
import { listInstrumentFacts } from './instrument-facts.store.ts';
import { ModelAssigned } from './planning-events.ts';
import { checkTargets, classOfKind, type ModelRules, type RiskProfile } from './model.ts';
import {
  archiveModelRow,
  countFollowers,
  countModels,
  findModel,
  lockModel,
  type Model,
  MODELS_MAX,
  writeAssignment,
  writeModel,
} from './model.store.ts';

type Clocked = Pick<Platform, 'clock' | 'newId'>;

export interface WrittenModel extends ModelRules {
  readonly name: string;
  readonly riskProfile: RiskProfile;
  readonly note: string;
}

interface Author {
  readonly workspaceId: string;
  /** Null: the demo. */
  readonly userId: string | null;
}

const HISTORY_DAYS = 5 * 366; // Closes a back-test of a new model can look at from its first day.

/** Adds a model. */
export async function createModel(
  platform: Clocked,
  tx: Transaction,
  { author, written }: { readonly author: Author; readonly written: WrittenModel },
): Promise<Result<Model, 'targets_not_valid' | 'model_name_taken' | 'models_too_many'>> {
  if ((await countModels(tx, author.workspaceId)) >= MODELS_MAX) {
    return refuse('models_too_many', { modelsMax: MODELS_MAX });
  }
  return writeVersion(platform, tx, { author, written, modelId: platform.newId(), version: 1 });
}

/** Writes the next version of a model that the caller has seen at its present one. */
export async function changeModel(
  platform: Clocked,
  tx: Transaction,
  change: {
    readonly author: Author;
    readonly written: WrittenModel;
    readonly modelId: string;
    readonly ifMatch: string | undefined;
  },
): Promise<Result<Model, 'model_not_found' | 'targets_not_valid' | 'model_name_taken' | VersionRefusal>> {
  const { author, written, modelId } = change;
  const wanted = { workspaceId: author.workspaceId, modelId };
  if (!(await lockModel(tx, wanted))) return refuse('model_not_found', { modelId });
  const before = await findModel(tx, wanted);
  if (!before) return refuse('model_not_found', { modelId });
  const versions = checkVersion(change.ifMatch, before.version);
  if (!versions.ok) return versions;
  const result = await writeVersion(platform, tx, { author, written, modelId, version: before.version + 1, before });
  if (result.ok) await orderDriftCheck(tx, author.workspaceId);
  return result;
}

async function writeVersion(
  platform: Clocked,
  tx: Transaction,
  input: {
    readonly author: Author;
    readonly written: WrittenModel;
    readonly modelId: string;
    readonly version: number;
    readonly before?: Model;
  },
): Promise<Result<Model, 'targets_not_valid' | 'model_name_taken'>> {
  const { author, written, modelId, version, before } = input;
  const { workspaceId } = author;
  const checked = await checkModel(tx, workspaceId, written);
  if (!checked.ok) return checked;
  const atMs = platform.clock();
  const { name, riskProfile, targets, outsideBandBps, note } = written;
  const row = { workspaceId, modelId, name, riskProfile, version, targets, outsideBandBps, note, atMs };
  if (!(await writeModel(tx, { ...row, userId: author.userId }))) return refuse('model_name_taken', { name });
  const instrumentIds = instrumentsOf(written);
  // What a model names may be bought and back-tested before anybody holds it: it needs prices and a past.
  const since = addDays(dateInZone(atMs, 'UTC'), -HISTORY_DAYS);
  if (instrumentIds.length > 0) {
    await watchInstruments(tx, { workspaceId, instrumentIds, reason: `model:${modelId}`, since });
  }
  const action = before ? 'portfolios.model.changed' : 'portfolios.model.created';
  const facts = { name, riskProfile, version, targets, outsideBandBps };
  await recordAudit(tx, {
    workspaceId,
    action,
    subject: modelId,
    atMs,
    ...(author.userId === null ? { userId: null } : {}),
    ...(before
      ? { before: { name: before.name, riskProfile: before.riskProfile, targets: before.targets }, after: facts }
      : { after: facts }),
  });
  const model = await findModel(tx, { workspaceId, modelId });
  assert(model, 'model: what was written is there');
  return ok(model);
}

/** Every instrument a model names. */
export function instrumentsOf({ targets }: ModelRules): string[] {
  const named = targets.flatMap(({ instrumentId, buyInstrumentId }) => [instrumentId, buyInstrumentId]);
  return [...new Set(named.filter((id) => id !== null))];
}

async function checkModel(
  tx: Transaction,
  workspaceId: string,
  rules: ModelRules,
): Promise<Result<null, 'targets_not_valid'>> {
  const checked = checkTargets(rules.targets);
  if (!checked.ok) return checked;
  const ids = instrumentsOf(rules);
  const [known, facts] = await Promise.all([
    findInstruments(tx, workspaceId, ids),
    listInstrumentFacts(tx, workspaceId),
  ]);
  for (const [index, { instrumentId, buyInstrumentId, assetClass }] of rules.targets.entries()) {
    const unknown = [instrumentId, buyInstrumentId].find((id) => id !== null && !known.has(id));
    if (unknown) return refuse('targets_not_valid', { problem: 'instrument_unknown', index });
    if (buyInstrumentId === null || assetClass === null) continue;
    const instrument = known.get(buyInstrumentId);
    const itsClass = facts.get(buyInstrumentId)?.assetClass ?? (instrument && classOfKind(instrument.kind));
    // Bought, it would count elsewhere: the class would lack as much as before.
    if (itsClass && itsClass !== assetClass) {
      return refuse('targets_not_valid', { problem: 'buy_instrument_not_of_class', index });
    }
  }
  return ok(null);
}

/** Takes a model that nobody follows off the list. */
export async function archiveModel(
  platform: Clocked,
  tx: Transaction,
  wanted: { readonly workspaceId: string; readonly modelId: string },
): Promise<Result<undefined, 'model_not_found' | 'model_followed'>> {
  if (!(await lockModel(tx, wanted))) return refuse('model_not_found', { modelId: wanted.modelId });
  const followerCount = (await countFollowers(tx, wanted.workspaceId)).get(wanted.modelId) ?? 0;
  if (followerCount > 0) return refuse('model_followed', { followerCount });
  const atMs = platform.clock();
  await archiveModelRow(tx, { ...wanted, atMs });
  const { workspaceId, modelId } = wanted;
  await recordAudit(tx, { workspaceId, action: 'portfolios.model.archived', subject: modelId, atMs });
  return ok(undefined);
}

/** Says which model a portfolio follows. */
export async function assignModel(
  platform: Clocked,
  tx: Transaction,
  assigned: PortfolioScope & { readonly modelId: string | null; readonly userId?: null },
): Promise<Result<undefined, 'portfolio_not_found' | 'model_not_found'>> {
  const { workspaceId, portfolioId, modelId } = assigned;
  const portfolio = await lockPortfolio(tx, assigned);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId });
  if (modelId !== null && !(await lockModel(tx, { workspaceId, modelId }))) {
    return refuse('model_not_found', { modelId });
  }
  const atMs = platform.clock();
  await writeAssignment(tx, { ...assigned, atMs });
  tx.emit(ModelAssigned, { workspaceId, subjectId: portfolioId, payload: { portfolioId, modelId } });
  await recordAudit(tx, {
    workspaceId,
    action: 'portfolios.model.assigned',
    subject: portfolioId,
    atMs,
    ...(assigned.userId === null ? { userId: null } : {}),
    after: { modelId },
  });
  await orderDriftCheck(tx, workspaceId);
  return ok(undefined);
}

/** Orders a look at the workspace's drifts; orders that come close together are one. */
async function orderDriftCheck(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.addJob(DRIFT_JOB, { workspaceId }, { key: `${DRIFT_JOB}:${workspaceId}` });
}
