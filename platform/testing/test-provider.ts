/**
 * A real OpenID provider (oidc-provider) on a free loopback port, for tests of signing in with one: its own pages, keys and
 * codes. What it sends may be changed on the wire, as somebody in between would.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assert } from '#kernel';
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Configuration } from 'oidc-provider';

export interface TestPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly locale?: string;
  /** Google's claim of the company domain that manages the account. */
  readonly hd?: string;
}

export interface TestProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who has an account here, by the name typed into its sign-in page; any password does. */
  readonly people: Map<string, TestPerson>;
  /** Changes each id token on its way out. */
  onIdToken: ((idToken: string) => Promise<string>) | null;
  /** While true every connection is cut. */
  isDown: boolean;
  /** A page of the client that people may be sent back to. */
  allowRedirect(redirectUri: string): void;
  /** The same token with other claims, signed with the provider's own key. */
  resign(idToken: string, claims: JWTPayload): Promise<string>;
  /** Walks the provider's pages as a person with a fresh browser (`cancel` refuses); gives where she is sent back to. */
  visit(address: string, login: string): Promise<string>;
  close(): Promise<void>;
}

const CLIENT = { clientId: 'cactus-test', clientSecret: 'a client secret of the tests, 32 or more' };
const KEY_ID = 'test-key';
const PAGES_MAX = 12; // Sign-in and consent take seven; more is a loop.

/** Opens it; close it in `afterAll`. */
export async function openTestProvider(): Promise<TestProvider> {
  let answer: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  const server = createServer((request, response) => {
    if (!answer || provider.isDown) request.socket.destroy();
    else answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Only here: every test reads this folder's door, few need a provider.
  const { Provider: OpenIdProvider } = await import('oidc-provider');
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  const people = new Map<string, TestPerson>();
  const redirectUris: string[] = [];
  const provider: TestProvider = {
    issuer,
    ...CLIENT,
    people,
    onIdToken: null,
    isDown: false,
    allowRedirect: (redirectUri) => {
      redirectUris.push(redirectUri);
      const oidc = new OpenIdProvider(issuer, configurationOf({ key, people, redirectUris }));
      oidc.use(async (context, next) => {
        await next();
        const body = context.body as { id_token?: string } | undefined;
        if (context.path !== '/token' || !body?.id_token || !provider.onIdToken) return;
        context.body = { ...body, id_token: await provider.onIdToken(body.id_token) };
      });
      const callback = oidc.callback();
      answer = (request, response) => void callback(request, response);
    },
    resign: (idToken, claims) =>
      new SignJWT({ ...decodeJwt(idToken), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })
        .sign(privateKey),
    visit: (address, login) => walk(issuer, address, login),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return provider;
}

function configurationOf(facts: {
  readonly key: object;
  readonly people: ReadonlyMap<string, TestPerson>;
  readonly redirectUris: readonly string[];
}): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [...facts.redirectUris],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'], profile: ['name', 'locale'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key for the cookies of the tests'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context, subject) => {
      const person = facts.people.get(subject);
      return person && { accountId: subject, claims: () => ({ sub: subject, ...person }) };
    },
    jwks: { keys: [facts.key] },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  };
}

async function walk(issuer: string, address: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next: { readonly url: URL; readonly form: URLSearchParams | null } = { url: new URL(address), form: null };
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const answer = await fetch(next.url, {
      method: next.form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      body: next.form,
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    const page = await answer.text();
    if (location !== null) {
      const url = new URL(location, next.url);
      if (url.origin !== issuer) return url.href;
      next = { url, form: null };
      continue;
    }
    next = pressed(page, next.url, login);
  }
  throw new Error('test provider: its pages did not end');
}

/** Fills in the form of a page and presses its button, or its link to cancel. */
function pressed(page: string, at: URL, login: string): { readonly url: URL; readonly form: URLSearchParams | null } {
  const [, cancel] = /<a href="([^"]+\/abort)"/.exec(page) ?? [];
  if (login === 'cancel' && cancel !== undefined) return { url: new URL(cancel, at), form: null };
  const [, action] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
  const [, prompt] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
  assert(action !== undefined && prompt !== undefined, `test provider: not one of its pages: ${page.slice(0, 2_000)}`);
  const form = new URLSearchParams({ prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) });
  return { url: new URL(action, at), form };
}
