/** The signed-in person over HTTP. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { ChangePassword, ReadMe, SwitchWorkspace, UpdateMe } from './contract.ts';
import { changePassword, changeProfile, readMe } from './me.ts';
import { sendSessionCookie } from './open-session.ts';
import { isTimeZone } from './place.ts';
import { switchWorkspace } from './workspace.ts';

export function meRoutes(http: Http, platform: Platform): void {
  http.route(ReadMe, async ({ actor }) => ok(await readMe(platform, actor)));

  http.route(UpdateMe, async ({ body, actor }) => {
    if (body.timeZone !== undefined && !isTimeZone(body.timeZone)) {
      return refuse('time_zone_unknown', { timeZone: body.timeZone });
    }
    await changeProfile(platform, actor, body);
    return ok(await readMe(platform, actor));
  });

  http.route(SwitchWorkspace, async ({ body, actor, request, reply }) => {
    const switched = await switchWorkspace(platform, { actor, ip: request.ip }, body.workspaceId);
    if (!switched.ok) return switched;
    sendSessionCookie(reply, switched.value.token);
    return ok(await readMe(platform, actor, body.workspaceId));
  });

  http.route(ChangePassword, async ({ body, actor, request, reply }) => {
    const changed = await changePassword(platform, { actor, ip: request.ip }, body);
    if (!changed.ok) return changed;
    sendSessionCookie(reply, changed.value.token);
    return ok(undefined);
  });
}
