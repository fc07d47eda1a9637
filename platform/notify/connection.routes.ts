/** The mail server and the bot of this installation, for operators: state, cause, and buttons that try them. */
import { assert, ok, refuse } from '#kernel';
import type { Http } from '#platform/http';
import { MAIL_TEST_PURPOSE } from '#platform/mail';
import type { ChannelPlatform } from './channel.routes.ts';
import { ReadConnections, TestMail, TestTelegram } from './contract.ts';
import { mailOf } from './message.ts';
import { noticeCatalogue } from './notify.ts';
import { TEST_KIND } from './platform-kinds.ts';

const FAILED_MAILS_SHOWN = 5; // The page says what is wrong; the jobs page holds the rest.

export function connectionRoutes(http: Http, platform: ChannelPlatform): void {
  const { db, mail, telegram } = platform;
  http.route(ReadConnections, async ({ actor }) => {
    const { workspaceId } = actor;
    const tests = { workspaceId, state: null, purpose: MAIL_TEST_PURPOSE, countMax: 1 };
    const failures = { workspaceId, state: 'failed', purpose: null, countMax: FAILED_MAILS_SHOWN } as const;
    const [lastTest] = await mail.list(db, tests);
    const failed = await mail.list(db, failures);
    const server = mail.server();
    return ok({
      mail: {
        isConfigured: await mail.isConfigured(),
        ...(server ?? { host: null, port: null, user: null, from: null, security: null }),
        password: await mail.passwordFact(),
        lastTest: lastTest ?? null,
        failed: failed.filter(({ purpose }) => purpose !== MAIL_TEST_PURPOSE),
      },
      telegram: { ...(await telegram.state(db)), token: await telegram.tokenFact() },
    });
  });

  http.route(TestMail, async ({ actor }) => {
    if (!(await mail.isConfigured())) return refuse('channel_not_configured');
    const person = (await platform.directory(actor.workspaceId)).find(({ userId }) => userId === actor.userId);
    const kind = noticeCatalogue([]).get(TEST_KIND);
    assert(person && kind, 'connections: the one who asks is a member');
    const words = mailOf([{ kind, payload: {}, href: '/ajustes/conexiones' }], person.locale, null);
    const { workspaceId } = actor;
    await db.transaction((tx) =>
      mail.send(tx, { ...words, to: person.email, purpose: MAIL_TEST_PURPOSE, workspaceId }),
    );
    return ok({ isQueued: true as const });
  });

  http.route(TestTelegram, async () => {
    if (!(await telegram.isConfigured())) return refuse('channel_not_configured');
    await db.transaction((tx) => telegram.requestCheck(tx));
    return ok({ isQueued: true as const });
  });
}
