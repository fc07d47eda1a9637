/** Instruments over HTTP: finding, adding, and correcting what the live provider calls them. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { ChooseProviderSymbol, CreateInstrument, ListInstruments } from './contract.ts';
import { recordChange } from './audit.ts';
import { recentDay } from './day.ts';
import { updateProviderSymbol } from './feed.store.ts';
import { foldName, type Instrument } from './instrument.ts';
import { findInstruments, resolveInstruments, searchInstruments } from './instrument.store.ts';
import { watchInstruments } from './watch.ts';

export function instrumentRoutes(http: Http, platform: Platform): void {
  http.route(ListInstruments, async ({ query, actor }) => {
    const items = await searchInstruments(platform.db, actor.workspaceId, foldName(query.q));
    return ok({ items: items.map(instrumentMessage) });
  });

  http.route(CreateInstrument, async ({ body, actor }) => {
    const { workspaceId } = actor;
    const atMs = platform.clock();
    return platform.db.transaction(async (tx) => {
      const context = { workspaceId, newId: platform.newId, atMs };
      const resolved = await resolveInstruments(tx, context, [body]);
      if (!resolved.ok) return resolved;
      const [entry] = resolved.value;
      if (!entry) return refuse('instrument_unnamed');
      // Somebody who adds an instrument by hand wants to see its price.
      const instrumentIds = [entry.instrumentId];
      await watchInstruments(tx, { workspaceId, instrumentIds, reason: 'followed', since: recentDay(atMs) });
      await recordChange(platform, tx, {
        workspaceId,
        action: 'markets.instrument.added',
        subject: entry.instrumentId,
        after: { ...instrumentMessage(entry.instrument), outcome: entry.outcome },
      });
      return ok({ ...instrumentMessage(entry.instrument), outcome: entry.outcome });
    });
  });

  http.route(ChooseProviderSymbol, async ({ params, body, actor, ifMatch, reply }) => {
    if (ifMatch === undefined) return refuse('version_required');
    const scope = { workspaceId: actor.workspaceId, instrumentId: params.instrumentId };
    return platform.db.transaction(async (tx) => {
      const find = async () =>
        (await findInstruments(tx, scope.workspaceId, [scope.instrumentId])).get(scope.instrumentId);
      const before = await find();
      if (!before) return refuse('instrument_not_found');
      const change = { providerSymbol: body.providerSymbol, version: Number(ifMatch) };
      const isChanged = Number.isInteger(change.version) && (await updateProviderSymbol(tx, scope, change));
      const after = await find();
      if (!isChanged || !after) return refuse('version_mismatch', { version: before.version });
      reply.setVersion(after.version);
      await recordChange(platform, tx, {
        workspaceId: scope.workspaceId,
        action: 'markets.instrument.symbol_chosen',
        subject: scope.instrumentId,
        before: { providerSymbol: before.providerSymbol },
        after: { providerSymbol: after.providerSymbol },
      });
      return ok(instrumentMessage(after));
    });
  });
}

/** An instrument as the contract says it. */
export function instrumentMessage(instrument: Instrument) {
  const { workspaceId: _workspaceId, ...message } = instrument;
  return message;
}
