/** My security page, the authenticator app, recovery codes, the second step, proofs, and what a workspace demands. */
import { assert, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import {
  ChangeSecurityPolicy,
  CompleteSignIn,
  ConfirmTotp,
  ProveIdentity,
  ReadSecurity,
  ReadSecurityPolicy,
  RemoveTotp,
  ReplaceRecoveryCodes,
  ResetFactors,
  StartPasskeyProof,
  StartTotp,
} from './factor-contract.ts';
import { sendSessionCookie } from './open-session.ts';
import { ceremonyOf, passkeyView } from './passkey.routes.ts';
import { passkeySiteOf } from './passkey-site.ts';
import { PASSKEYS_MAX, startSignature } from './passkey.ts';
import { listPasskeys } from './passkey.store.ts';
import { NO_PASSWORD } from './password.ts';
import { countRecoveryCodes } from './recovery-code.store.ts';
import { changeSecurityPolicy, resetFactors } from './second-factor.ts';
import { readFactors, readSecondFactorRoles } from './second-factor.store.ts';
import { completeSignIn, STEP_COOKIE } from './sign-in-step.ts';
import { proofMethods, proveIdentity } from './step-up.ts';
import { confirmTotp, removeTotp, renewRecoveryCodes, startTotp } from './totp.ts';
import { findTotp } from './totp.store.ts';
import { findUser } from './user.store.ts';

export function securityRoutes(http: Http, platform: Platform): void {
  proofRoutes(http, platform);
  totpRoutes(http, platform);
  policyRoutes(http, platform);

  http.route(ReadSecurity, async ({ actor, request }) => {
    const { db, config } = platform;
    const user = await findUser(db, actor.userId);
    assert(user, 'security: an actor exists');
    const factors = await readFactors(db, user.id);
    const totp = await findTotp(db, user.id);
    const site = passkeySiteOf(config, request.origin);
    const passkeys = await listPasskeys(db, user.id, PASSKEYS_MAX);
    return ok({
      hasPassword: user.passwordHash !== NO_PASSWORD,
      passkeys: passkeys.map((passkey) => passkeyView(passkey, site?.rpId ?? null)),
      arePasskeysPossible: site !== null,
      totp: totp !== null && totp.confirmedAtMs !== null ? { confirmedAtMs: totp.confirmedAtMs } : null,
      recoveryCodes: await countRecoveryCodes(db, user.id),
      isSecondFactorRequired: factors.isRequired,
      lacksSecondFactor: actor.lacksSecondFactor ?? false,
      proofMethods: proofMethods(factors, user),
    });
  });

  http.route(CompleteSignIn, async ({ body, actor, request, reply }) => {
    const token = request.cookies[STEP_COOKIE];
    const entered = await completeSignIn(platform, { ...body, token, request, previous: actor });
    if (!entered.ok) {
      const waitSeconds = entered.details['retryAfterSeconds'];
      if (typeof waitSeconds === 'number') reply.setHeader('retry-after', String(waitSeconds));
      return entered;
    }
    const { token: sessionToken, ...session } = entered.value;
    reply.clearCookie(STEP_COOKIE);
    sendSessionCookie(reply, sessionToken);
    return ok(session);
  });
}

function proofRoutes(http: Http, platform: Platform): void {
  http.route(StartPasskeyProof, async ({ actor, request }) => {
    const ceremony = ceremonyOf(platform, request, actor.sessionId);
    if (!ceremony) return refuse('passkeys_not_here');
    const passkeys = await listPasskeys(platform.db, actor.userId, PASSKEYS_MAX);
    return ok(await startSignature(platform, ceremony, { purpose: 'prove', passkeys }));
  });

  http.route(ProveIdentity, async ({ body, actor, request, reply }) => {
    const ceremony = ceremonyOf(platform, request, actor.sessionId);
    const proved = await proveIdentity(platform, { actor, ip: request.ip }, { proof: body, ceremony });
    if (!proved.ok) return proved;
    sendSessionCookie(reply, proved.value.token);
    return ok(undefined);
  });
}

function totpRoutes(http: Http, platform: Platform): void {
  http.route(StartTotp, ({ actor, request }) => startTotp(platform, { actor, ip: request.ip }));

  http.route(ConfirmTotp, async ({ body, actor, request, reply }) => {
    const confirmed = await confirmTotp(platform, { actor, ip: request.ip }, body.code);
    if (!confirmed.ok) return confirmed;
    sendSessionCookie(reply, confirmed.value.token);
    return ok({ recoveryCodes: confirmed.value.recoveryCodes });
  });

  http.route(RemoveTotp, ({ actor, request }) => removeTotp(platform, { actor, ip: request.ip }));

  http.route(ReplaceRecoveryCodes, ({ actor, request }) => renewRecoveryCodes(platform, { actor, ip: request.ip }));
}

function policyRoutes(http: Http, platform: Platform): void {
  http.route(ReadSecurityPolicy, async ({ actor }) =>
    ok({ secondFactorRoles: await readSecondFactorRoles(platform.db, actor.workspaceId) }),
  );

  http.route(ChangeSecurityPolicy, ({ body, actor, request }) =>
    changeSecurityPolicy(platform, { actor, ip: request.ip }, body.secondFactorRoles),
  );

  http.route(ResetFactors, ({ params, actor, request }) =>
    resetFactors(platform, { actor, ip: request.ip }, params.userId),
  );
}
