/** Routes of models, drift and what instruments are made of. */
import { recordAudit, userNames } from '#identity';
import { ok, refuse } from '#kernel';
import { findInstruments, type Instrument } from '#markets';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { listPortfolios } from '../portfolio.store.ts';
import {
  ArchiveModel,
  AssignModel,
  ChangeModel,
  CreateModel,
  ListDrifts,
  ListInstrumentFacts,
  ListModels,
  ReadModel,
  WriteInstrumentFacts,
} from './contract.ts';
import { driftText, targetText, byDistance } from './drift-text.ts';
import { measureDrift } from './drift.ts';
import { listToldDrifts } from './drift.store.ts';
import { classOf } from './holdings.ts';
import { listInstrumentFacts, writeInstrumentFacts } from './instrument-facts.store.ts';
import { archiveModel, assignModel, changeModel, createModel, instrumentsOf } from './model-change.ts';
import {
  countFollowers,
  findModel,
  listAssignments,
  listModels,
  listModelVersions,
  type Model,
} from './model.store.ts';

/** Mounts the routes. */
export function modelRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  shelfRoutes(http, platform);
  changeRoutes(http, platform);
  driftRoutes(http, platform, source);
  factsRoutes(http, platform, source);
}

function shelfRoutes(http: Http, platform: Platform): void {
  http.route(ListModels, async ({ actor }) =>
    ok({ items: await shown(platform, await listModels(platform.db, actor.workspaceId)) }),
  );
  http.route(ReadModel, async ({ actor, params, reply }) => {
    const { workspaceId } = actor;
    const model = await findModel(platform.db, { workspaceId, ...params });
    if (!model) return refuse('model_not_found', params);
    const [versions, [text]] = await Promise.all([
      listModelVersions(platform.db, { workspaceId, ...params }),
      shown(platform, [model]),
    ]);
    if (!text) return refuse('model_not_found', params);
    const writers = versions.map(({ recordedBy }) => recordedBy).filter((id) => id !== null);
    const [names, instruments] = await Promise.all([
      userNames(platform.db, [...new Set(writers)]),
      findInstruments(platform.db, workspaceId, [...new Set(versions.flatMap(instrumentsOf))]),
    ]);
    reply.setVersion(model.version);
    return ok({
      ...text,
      versions: versions.map(({ recordedBy, targets, ...rest }) => ({
        ...rest,
        targets: targets.map((target) => targetText(target, instruments)),
        recordedByName: recordedBy === null ? null : (names.get(recordedBy) ?? ''),
      })),
    });
  });
}

function changeRoutes(http: Http, platform: Platform): void {
  http.route(CreateModel, async ({ actor, body, reply }) => {
    const { workspaceId, userId } = actor;
    const made = await platform.db.transaction((tx) =>
      createModel(platform, tx, { author: { workspaceId, userId }, written: body }),
    );
    if (!made.ok) return made;
    reply.setVersion(made.value.version);
    return ok(await shownOne(platform, made.value));
  });
  http.route(ChangeModel, async ({ actor, params, body, ifMatch, reply }) => {
    const { workspaceId, userId } = actor;
    const change = { author: { workspaceId, userId }, written: body, ...params, ifMatch };
    const changed = await platform.db.transaction((tx) => changeModel(platform, tx, change));
    if (!changed.ok) return changed;
    reply.setVersion(changed.value.version);
    return ok(await shownOne(platform, changed.value));
  });
  http.route(ArchiveModel, async ({ actor, params }) =>
    platform.db.transaction((tx) => archiveModel(platform, tx, { workspaceId: actor.workspaceId, ...params })),
  );
  http.route(AssignModel, async ({ actor, params, body }) =>
    platform.db.transaction((tx) => assignModel(platform, tx, { ...reachOf(actor), ...params, ...body })),
  );
}

function driftRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ListDrifts, async ({ actor }) => {
    const reach = reachOf(actor);
    const [portfolios, followed, told, models, facts] = await Promise.all([
      listPortfolios(platform.db, reach),
      listAssignments(platform.db, reach),
      listToldDrifts(platform.db, reach),
      listModels(platform.db, actor.workspaceId),
      listInstrumentFacts(platform.db, actor.workspaceId),
    ]);
    const named = await findInstruments(platform.db, actor.workspaceId, [...new Set(models.flatMap(instrumentsOf))]);
    const items = [];
    for (const portfolio of portfolios) {
      const model = models.find(({ id }) => id === followed.get(portfolio.id)) ?? null;
      const drift = await measureDrift(source, portfolio, { model, facts });
      items.push(driftText(drift, { named, told: told.get(portfolio.id) }));
    }
    return ok({ items: items.toSorted(byDistance), checkedAtMs: platform.clock() });
  });
}

function factsRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ListInstrumentFacts, async ({ actor }) => {
    const { workspaceId } = actor;
    const [portfolios, models, facts] = await Promise.all([
      listPortfolios(platform.db, reachOf(actor)),
      listModels(platform.db, workspaceId),
      listInstrumentFacts(platform.db, workspaceId),
    ]);
    const ids = new Set(models.flatMap(instrumentsOf));
    for (const portfolio of portfolios) {
      const { book } = await source.shelf.bookOf(platform.db, portfolio);
      for (const { instrumentId, quantity } of book.positions.values()) if (!quantity.isZero) ids.add(instrumentId);
    }
    const instruments = await findInstruments(platform.db, workspaceId, [...ids]);
    const items = [...instruments.values()].map((instrument) => {
      const stated = facts.get(instrument.id);
      const { id, name, symbol, kind, currency } = instrument;
      const assetClass = classOf(instrument, facts);
      const classSource = stated ? ('stated' as const) : assetClass ? ('kind' as const) : ('unknown' as const);
      const { regions = {}, sectors = {}, feeBps = null } = stated ?? {};
      const parts = { regions: { ...regions }, sectors: { ...sectors }, feeBps };
      return {
        instrument: { id, name, symbol, kind, currency },
        assetClass: assetClass ?? ('other' as const),
        classSource,
        ...parts,
      };
    });
    return ok({ items: items.toSorted((a, b) => a.instrument.name.localeCompare(b.instrument.name, 'es')) });
  });
  http.route(WriteInstrumentFacts, async ({ actor, params, body }) => {
    const { workspaceId } = actor;
    const { instrumentId } = params;
    const known = await findInstruments(platform.db, workspaceId, [instrumentId]);
    if (!known.has(instrumentId)) return refuse('instrument_not_found', params);
    const atMs = platform.clock();
    await platform.db.transaction(async (tx) => {
      const before = (await listInstrumentFacts(tx, workspaceId)).get(instrumentId);
      await writeInstrumentFacts(tx, { workspaceId, instrumentId, ...body, atMs });
      const trail = { action: 'portfolios.facts.stated', subject: instrumentId, atMs, after: body };
      await recordAudit(tx, { workspaceId, ...trail, ...(before ? { before: { ...before } } : {}) });
    });
    return ok(undefined);
  });
}

/** Models as the API answers them. */
async function shown(platform: Platform, models: readonly Model[]) {
  const [first] = models;
  if (!first) return [];
  const { workspaceId } = first;
  const [instruments, followers] = await Promise.all([
    findInstruments(platform.db, workspaceId, [...new Set(models.flatMap(instrumentsOf))]),
    countFollowers(platform.db, workspaceId),
  ]);
  return models.map((model) => modelText(model, { instruments, followerCount: followers.get(model.id) ?? 0 }));
}

async function shownOne(platform: Platform, model: Model) {
  const instruments = await findInstruments(platform.db, model.workspaceId, instrumentsOf(model));
  const followers = await countFollowers(platform.db, model.workspaceId);
  return modelText(model, { instruments, followerCount: followers.get(model.id) ?? 0 });
}

function modelText(
  model: Model,
  {
    instruments,
    followerCount,
  }: { readonly instruments: ReadonlyMap<string, Instrument>; readonly followerCount: number },
) {
  const { id, name, riskProfile, version, outsideBandBps, note, recordedAtMs, isArchived } = model;
  const targets = model.targets.map((target) => targetText(target, instruments));
  return { id, name, riskProfile, version, targets, outsideBandBps, note, recordedAtMs, isArchived, followerCount };
}
