/** Prices over HTTP: newest ones, prices by hand, and the quarantine. Never waits on a provider. */
import { Decimal, ok, parseLocalDate, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { z } from 'zod';
import { recordChange } from './audit.ts';
import { ListLatestPrices, ListQuarantinedPrices, RecordManualPrice, SettleQuarantinedPrice } from './contract.ts';
import { instrumentMessage } from './instrument.routes.ts';
import { findInstruments, listInstruments } from './instrument.store.ts';
import { recordManualPrices, settleQuarantined } from './price-intake.ts';
import { latestMessage } from './price-message.ts';
import { latestPrices, listQuarantined } from './price.store.ts';

const INSTRUMENTS_MAX = 500; // One page of holdings; more is asked in pieces.
const InstrumentIds = z.array(z.uuid()).max(INSTRUMENTS_MAX);

export function priceRoutes(http: Http, platform: Platform): void {
  http.route(ListLatestPrices, async ({ query, actor }) => {
    const { workspaceId } = actor;
    const asked = InstrumentIds.safeParse(query.instrumentIds.split(',').filter((id) => id !== ''));
    if (!asked.success) return refuse('instrument_ids_invalid', { instrumentsMax: INSTRUMENTS_MAX });
    const isAll = asked.data.length === 0;
    const ids = isAll ? (await listInstruments(platform.db, workspaceId)).map(({ id }) => id) : asked.data;
    const atMs = platform.clock();
    const prices = await latestPrices(platform.db, { workspaceId, instrumentIds: ids, atMs });
    // Names travel with the figures, so that a list needs one request.
    const instruments = await findInstruments(platform.db, workspaceId, ids);
    const items = ids.flatMap((id) => {
      const latest = prices.get(id);
      const instrument = instruments.get(id);
      return latest && instrument ? [{ instrument: instrumentMessage(instrument), latest: latestMessage(latest) }] : [];
    });
    return ok({ items });
  });

  http.route(RecordManualPrice, async ({ params, body, actor }) => {
    const { workspaceId } = actor;
    const { instrumentId } = params;
    const on = parseLocalDate(body.on);
    if (!on) return refuse('price_day_invalid');
    const price = { instrumentId, price: Decimal.from(body.price), currency: body.currency, on };
    return platform.db.transaction(async (tx) => {
      const recorded = await recordManualPrices(platform, tx, { workspaceId, prices: [price] });
      if (!recorded.ok) return recorded;
      const atMs = platform.clock();
      const latest = (await latestPrices(tx, { workspaceId, instrumentIds: [instrumentId], atMs })).get(instrumentId);
      if (!latest) return refuse('instrument_not_found');
      const change = { workspaceId, action: 'markets.price.recorded' as const, subject: instrumentId };
      await recordChange(platform, tx, {
        ...change,
        after: { on: body.on, price: body.price, currency: body.currency },
      });
      return ok(latestMessage(latest));
    });
  });

  http.route(ListQuarantinedPrices, async ({ actor }) => {
    const { workspaceId } = actor;
    const entries = await listQuarantined(platform.db, workspaceId);
    const ids = entries.map(({ price }) => price.instrumentId);
    const instruments = await findInstruments(platform.db, workspaceId, ids);
    const items = entries.flatMap(({ price, reason, referencePrice, other: heard }) => {
      const instrument = instruments.get(price.instrumentId);
      if (!instrument) return [];
      const { currency, provider, marketAtMs } = price;
      const figures = { price: price.price.toString(), referencePrice: referencePrice?.toString() ?? null };
      const other = heard && { provider: heard.provider, price: heard.price.toString() };
      return [{ instrument: instrumentMessage(instrument), currency, provider, marketAtMs, reason, other, ...figures }];
    });
    return ok({ items });
  });

  http.route(SettleQuarantinedPrice, async ({ params, body, actor }) => {
    const decision = { workspaceId: actor.workspaceId, instrumentId: params.instrumentId, decision: body.decision };
    const settled = await platform.db.transaction(async (tx) => {
      const result = await settleQuarantined(platform, tx, decision);
      if (!result.ok) return result;
      const { workspaceId, instrumentId: subject } = decision;
      const after = { decision: decision.decision };
      await recordChange(platform, tx, { workspaceId, action: 'markets.price.settled', subject, after });
      return result;
    });
    return settled.ok ? ok(undefined) : settled;
  });
}
