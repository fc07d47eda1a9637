/** Routes of the checks and of what they find. */
import { recordAudit } from '#identity';
import { Decimal, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import { checkVersion, type Http } from '#platform/http';
import type { FiguresSource } from '../figures.ts';
import { reachOf } from '../portfolio-reach.store.ts';
import { findPortfolio } from '../portfolio.store.ts';
import { classOf, type FactsByInstrument, type Holdings, holdingsOf } from './holdings.ts';
import { listInstrumentFacts } from './instrument-facts.store.ts';
import { DEFAULT_RULES, evaluateXray, type ExposedPart, ruleProblem } from './xray.ts';
import { ReadXray, ReadXrayRules, WriteXrayRules } from './xray-contract.ts';
import { findRulebook, type Rulebook, writeRulebook } from './xray.store.ts';

/** Mounts the routes. */
export function xrayRoutes(http: Http, platform: Platform, source: FiguresSource): void {
  http.route(ReadXrayRules, async ({ actor, reply }) => {
    const book = await rulebookOf(platform, actor.workspaceId);
    reply.setVersion(book.version);
    return ok({ version: book.version, rules: [...book.rules] });
  });
  http.route(WriteXrayRules, async ({ actor, body, ifMatch, reply }) => {
    const { workspaceId } = actor;
    const before = await rulebookOf(platform, workspaceId);
    const versions = checkVersion(ifMatch, before.version);
    if (!versions.ok) return versions;
    const problems = body.rules.flatMap((rule, index) => {
      const isTwice = body.rules.findIndex(({ id }) => id === rule.id) < index;
      const problem = isTwice ? 'id_twice' : ruleProblem(rule);
      return problem ? [{ index, problem }] : [];
    });
    if (problems.length > 0) return refuse('rules_not_valid', { problems });
    const written = { workspaceId, version: before.version + 1, rules: body.rules, atMs: platform.clock() };
    const isWritten = await platform.db.transaction(async (tx) => {
      if (!(await writeRulebook(tx, written))) return false;
      const trail = { action: 'portfolios.xray.changed', subject: workspaceId, atMs: written.atMs };
      await recordAudit(tx, { workspaceId, ...trail, before: { rules: before.rules }, after: { rules: body.rules } });
      return true;
    });
    if (!isWritten) return refuse('version_mismatch', { version: String(before.version) });
    reply.setVersion(written.version);
    return ok({ version: written.version, rules: body.rules });
  });
  http.route(ReadXray, async ({ actor, params }) => {
    const portfolio = await findPortfolio(platform.db, { ...reachOf(actor), ...params });
    if (!portfolio) return refuse('portfolio_not_found', params);
    const [book, facts] = await Promise.all([
      rulebookOf(platform, actor.workspaceId),
      listInstrumentFacts(platform.db, actor.workspaceId),
    ]);
    const holdings = await holdingsOf(source, portfolio, facts);
    const { parts, missing, valued } = holdings;
    const exposed = parts && exposedOf(holdings, facts);
    const findings = exposed ? evaluateXray(book.rules, exposed, portfolio.baseCurrency) : [];
    return ok({
      currency: portfolio.baseCurrency,
      total: valued.valuation.totals.value?.toString() ?? null,
      findings: findings.map((finding) => ({
        ...finding,
        rule: { ...finding.rule },
        amount: finding.amount?.toString() ?? null,
      })),
      missing: [...missing],
    });
  });
}

async function rulebookOf(platform: Platform, workspaceId: string): Promise<Rulebook> {
  return (await findRulebook(platform.db, workspaceId)) ?? { version: 0, rules: DEFAULT_RULES };
}

/** Every holding and the cash of each currency, with what people said about them. */
function exposedOf({ valued }: Holdings, facts: FactsByInstrument): ExposedPart[] {
  const open = valued.valuation.holdings.filter(({ quantity }) => !quantity.isZero);
  const instruments = open.map(({ instrumentId, value }): ExposedPart => {
    const instrument = valued.instruments.get(instrumentId);
    const { regions = {}, sectors = {}, feeBps = null } = facts.get(instrumentId) ?? {};
    const kind = instrument?.kind ?? 'other';
    return {
      instrumentId,
      name: instrument?.symbol ?? instrument?.name ?? '',
      value: value ?? Decimal.zero,
      assetClass: instrument ? classOf(instrument, facts) : null,
      currency: instrument?.currency ?? '',
      regions,
      sectors,
      feeBps,
      isFund: kind === 'fund' || kind === 'etf',
    };
  });
  const cash = valued.valuation.cash.map(({ currency, value }): ExposedPart => {
    const nothing = { regions: {}, sectors: {}, feeBps: null, isFund: false };
    return {
      instrumentId: null,
      name: currency,
      value: value ?? Decimal.zero,
      assetClass: 'cash',
      currency,
      ...nothing,
    };
  });
  return [...instruments, ...cash];
}
