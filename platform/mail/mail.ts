/** Writes mails down with the change that causes them and sends them from a job: at least once, retried, never in a route. */
import { assert, type Clock, DAY_MS } from '#kernel';
import type { Config } from '#platform/config';
import type { Database } from '#platform/db';
import { job, type JobContext, type Jobs } from '#platform/jobs';
import { MAIL_PASSWORD, type Secrets } from '#platform/secrets';
import type { Log } from '#platform/telemetry';
import {
  deleteMailsBefore,
  expireMails,
  findMail,
  findMails,
  findWaitingMail,
  insertMail,
  listMails,
  recordAttempt,
  recordSent,
} from './mail.store.ts';
import { deliverMail } from './smtp.adapter.ts';
import { MailFault, mailFaultOf } from './smtp-fault.ts';
import { type SmtpServer, smtpServerOf } from './smtp-server-address.ts';
import { bodyScope } from './sealed-body.ts';
import type { Mail, MailDoor } from './types.ts';

/** A mail whose purpose this is, is a person waiting at a button: it says at once why it failed. */
export const MAIL_TEST_PURPOSE = 'platform.mail.test';

export interface MailOptions {
  readonly db: Database;
  readonly jobs: Pick<Jobs, 'define'>;
  readonly config: Pick<Config, 'smtp' | 'publicUrl'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
  readonly secrets: Pick<Secrets, 'seal' | 'open' | 'use' | 'find'>;
}

const SEND_JOB = 'platform.mail.send';
const ATTEMPTS_MAX = 8; // About an hour and a half: a server that restarts or grey-lists is back by then.
const LIFE_MS = 3 * DAY_MS; // What could not leave in three days, nobody expects any more.
const KEPT_DAYS = 90; // The list answers "did she get it?" for a season.
const SUBJECT_LENGTH_MAX = 200;
const BODY_LENGTH_MAX = 200_000;
const ADDRESS = /^[^\s@<>,;:"()[\]\\\p{Cc}]{1,64}@[^\s@<>,;:"()[\]\\\p{Cc}]{1,253}$/u;

/** Opens the door and makes its job known to this process. */
export function createMail(options: MailOptions): MailDoor {
  const { db, config, clock, newId } = options;
  const server = (): SmtpServer | null => smtpServerOf(config.smtp, config.publicUrl);
  options.jobs.define([
    job({
      name: SEND_JOB,
      attemptsMax: ATTEMPTS_MAX,
      parse: (payload) => payload as { readonly mailId: string },
      run: async ({ mailId }, context) => sendWaiting(options, await signedIn(options, server()), { mailId, context }),
    }),
  ]);
  return {
    isConfigured: () => Promise.resolve(server() !== null),
    async send(tx, mail) {
      assert(isMailAddress(mail.to), 'mail: callers check the address');
      assert(mail.text.length <= BODY_LENGTH_MAX, 'mail: a text, not a report');
      const id = newId();
      const workspaceId = mail.workspaceId ?? null;
      await insertMail(tx, {
        id,
        workspaceId,
        purpose: mail.purpose,
        to: mail.to,
        subject: oneLine(mail.subject),
        sealedBody: options.secrets.seal(bodyScope({ id, workspaceId }), JSON.stringify(bodyOf(mail))),
        unsubscribeUrl: mail.unsubscribeUrl ?? null,
        createdAtMs: clock(),
        expiresAtMs: mail.expiresAtMs ?? clock() + LIFE_MS,
      });
      // Only the id: what the mail says never stands in a queue, a log or a dead letter.
      await tx.addJob(SEND_JOB, { mailId: id, ...(workspaceId === null ? {} : { workspaceId }) });
      return id;
    },
    find: findMail,
    findAll: findMails,
    list: listMails,
    server() {
      const current = server();
      if (!current) return null;
      const { host, port, user, from, security } = current;
      return { host, port, user, from, security };
    },
    async passwordFact() {
      if ((server()?.password ?? null) !== null) return { source: 'settings', changedAtMs: null };
      const kept = await options.secrets.find(MAIL_PASSWORD);
      return kept ? { source: 'page', changedAtMs: kept.changedAtMs } : { source: 'none', changedAtMs: null };
    },
    async purge() {
      await expireMails(db, clock());
      await deleteMailsBefore(db, clock() - KEPT_DAYS * DAY_MS);
    },
  };
}

/** The server with the password of the settings, or else the one that a keeper entered; read anew for every mail. */
async function signedIn({ secrets }: MailOptions, server: SmtpServer | null): Promise<SmtpServer | null> {
  if (!server || server.password !== null || server.user === null) return server;
  return { ...server, password: await secrets.use(MAIL_PASSWORD) };
}

/** True for one plain address; anything that could name two, or a header, is none. */
function isMailAddress(text: string): boolean {
  return ADDRESS.test(text);
}

async function sendWaiting(
  { db, clock, log, secrets }: MailOptions,
  server: SmtpServer | null,
  { mailId, context }: { readonly mailId: string; readonly context: JobContext },
): Promise<void> {
  const mail = await findWaitingMail(db, mailId);
  if (!mail) return; // Sent by the attempt before this one, which did not live to say so.
  const attempts = context.attempt;
  if (mail.expiresAtMs <= clock()) {
    return recordAttempt(db, { mailId, attempts, state: 'expired', errorCode: null, errorDetail: null });
  }
  try {
    if (!server) throw new MailFault('mail_not_configured', 'No SMTP server is set.', { retryable: true });
    const body = JSON.parse(secrets.open(bodyScope(mail), mail.sealedBody)) as MailBody;
    await deliverMail(server, { ...mail, ...body });
  } catch (error) {
    const fault = mailFaultOf(error);
    const isFinal = !fault.retryable || mail.purpose === MAIL_TEST_PURPOSE;
    // The last attempt leaves the mail waiting beside its dead job: retrying the job on the jobs page still sends it.
    const state = isFinal ? 'failed' : 'waiting';
    await recordAttempt(db, { mailId, attempts, state, errorCode: fault.code, errorDetail: fault.detail });
    log.warn('A mail did not leave', { mailId, purpose: mail.purpose, attempt: attempts, cause: fault.code, isFinal });
    if (isFinal) return;
    throw fault;
  }
  await recordSent(db, { mailId, attempts, sentAtMs: clock() });
}

interface MailBody {
  readonly text: string;
  readonly html: string | null;
}

function bodyOf({ text, html }: Mail): MailBody {
  return { text, html: html ?? null };
}

/** A line break in a subject would begin a header of somebody else's choice. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, SUBJECT_LENGTH_MAX);
}
