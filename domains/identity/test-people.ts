/** For tests of identity: the first run and further people, made through the API as a browser would. */
import { assert } from '#kernel';
import type { Platform } from '#platform/domain';
import { createSetupLink } from './setup.ts';

export const OWNER = { name: 'Ana Ferreyra', email: 'Ana@Example.com', password: 'tres gatos y un pez' };

/** The part of a test browser and server that these need. */
export interface PersonBrowser {
  cookie: string | null;
  call(
    url: string,
    call?: {
      readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly body?: unknown;
      readonly ip?: string;
    },
  ): Promise<{ readonly statusCode: number; readonly body: string; json<Body>(): Body }>;
}

export interface PeopleServer<B extends PersonBrowser = PersonBrowser> {
  readonly platform: Platform;
  browser(): B;
}

export interface SetUp<B extends PersonBrowser = PersonBrowser> {
  readonly owner: B;
  readonly userId: string;
  readonly demoWorkspaceId: string;
  readonly realWorkspaceId: string;
}

/** Answers of the setup page with a fresh link. */
export async function setupAnswers(server: PeopleServer): Promise<Record<string, string>> {
  const link = await createSetupLink(server.platform);
  assert(link, 'test people: somebody exists already');
  return {
    ...OWNER,
    token: link.token,
    workspaceName: 'Ferreyra Asesores',
    baseCurrency: 'EUR',
    locale: 'es',
    timeZone: 'Europe/Madrid',
  };
}

/** Does the first run and gives the owner's browser. */
export async function setUp<B extends PersonBrowser>(server: PeopleServer<B>): Promise<SetUp<B>> {
  const owner = server.browser();
  const answer = await owner.call('/api/setup', { method: 'POST', body: await setupAnswers(server) });
  assert(answer.statusCode === 201, `test people: setup answered ${answer.body}`);
  const { userId, workspaceId, realWorkspaceId } = answer.json<Record<string, string>>();
  assert(userId && workspaceId && realWorkspaceId, 'test people: setup names what it made');
  return { owner, userId, demoWorkspaceId: workspaceId, realWorkspaceId };
}

export interface AddedUser<B extends PersonBrowser = PersonBrowser> {
  readonly browser: B;
  readonly userId: string;
  readonly credentials: { readonly email: string; readonly password: string };
}

/** Adds a person through the API of `by` and signs her in. */
export async function addUser<B extends PersonBrowser>(
  server: PeopleServer<B>,
  by: PersonBrowser,
  person: { readonly name: string; readonly role: string },
): Promise<AddedUser<B>> {
  const credentials = {
    email: `${person.name.toLowerCase()}@example.com`,
    password: `${person.name} tiene un perro verde`,
  };
  const create = () => by.call('/api/users', { method: 'POST', body: { ...person, ...credentials } });
  let created = await create();
  if (created.body.includes('step_up_required')) {
    // The clock of the test went on since the owner signed in.
    const proof = { method: 'password', password: OWNER.password };
    await by.call('/api/me/proofs', { method: 'POST', body: proof });
    created = await create();
  }
  assert(created.statusCode === 201, `test people: adding a person answered ${created.body}`);
  const browser = server.browser();
  const signedIn = await browser.call('/api/sessions', { method: 'POST', body: credentials });
  assert(signedIn.statusCode === 201, `test people: sign-in answered ${signedIn.body}`);
  return { browser, userId: created.json<{ id: string }>().id, credentials };
}
