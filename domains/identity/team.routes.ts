/** Teams and changes of manager over HTTP. */
import { ok } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, Http } from '#platform/http';
import {
  askManagerChange,
  decideManagerChange,
  mayDecide,
  mayWithdraw,
  readManagerChanges,
  withdrawManagerChange,
} from './team-change.ts';
import type { ManagerChange } from './team-change.store.ts';
import { createTeam, removeTeam, updateTeam } from './team.ts';
import { teamApi } from './team-contract.ts';
import { listTeams, type Team } from './team.store.ts';

export function teamRoutes(http: Http, platform: Platform): void {
  http.route(teamApi.ListTeams, async ({ actor }) => {
    const teams = await listTeams(platform.db, actor.workspaceId);
    return ok({ items: teams.map((team) => shownTo(actor, team)) });
  });

  http.route(teamApi.CreateTeam, async ({ actor, body, request }) => {
    const made = await createTeam(platform, { actor, ip: request.ip }, body);
    return made.ok ? ok(shownTo(actor, made.value)) : made;
  });

  http.route(teamApi.UpdateTeam, async ({ actor, params, body, ifMatch, request, reply }) => {
    const saved = await updateTeam(platform, { actor, ip: request.ip }, { ...params, ...body, ifMatch });
    if (!saved.ok) return saved;
    reply.setVersion(saved.value.version);
    return ok(shownTo(actor, saved.value));
  });

  http.route(teamApi.RemoveTeam, ({ actor, params, request }) =>
    removeTeam(platform, { actor, ip: request.ip }, params.teamId),
  );

  changeRoutes(http, platform);
}

function changeRoutes(http: Http, platform: Platform): void {
  http.route(teamApi.ListManagerChanges, async ({ actor, query }) => {
    const page = { before: query.cursor ?? null, limit: query.limit };
    const changes = await readManagerChanges(platform.db, actor, page);
    const items = changes.map((change) => textOf(actor, change));
    return ok({ items, nextCursor: items.length === query.limit ? (items.at(-1)?.id ?? null) : null });
  });

  http.route(teamApi.AskManagerChange, async ({ actor, body, request }) => {
    const asked = await askManagerChange(platform, { actor, ip: request.ip }, body);
    return asked.ok ? ok(textOf(actor, asked.value)) : asked;
  });

  http.route(teamApi.DecideManagerChange, async ({ actor, params, body, request }) => {
    const decided = await decideManagerChange(platform, { actor, ip: request.ip }, { ...params, ...body });
    return decided.ok ? ok(textOf(actor, decided.value)) : decided;
  });

  http.route(teamApi.WithdrawManagerChange, ({ actor, params, request }) =>
    withdrawManagerChange(platform, { actor, ip: request.ip }, params.requestId),
  );
}

/** Who may not see the people of the workspace sees the teams, and of their advisers only herself. */
function shownTo(actor: Actor, { id, name, version, manager, advisers }: Team) {
  const seesPeople = actor.permissions.has('identity.users.read');
  const shown = advisers.filter((adviser) => seesPeople || adviser.id === actor.userId);
  return { id, name, version, manager, advisers: [...shown] };
}

function textOf(actor: Actor, change: ManagerChange) {
  const { id, adviser, from, to, reason, status, askedBy, askedAtMs, decidedBy, decidedAtMs, answer } = change;
  const text = { id, adviser, from, to, reason, status, askedBy, askedAtMs, decidedBy, decidedAtMs, answer };
  return { ...text, mayDecide: mayDecide(actor, change), mayWithdraw: mayWithdraw(actor, change) };
}
