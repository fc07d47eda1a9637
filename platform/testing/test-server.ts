/**
 * The real HTTP server over a test platform, with browsers that keep their cookie. Who asks comes from the manifest that
 * authenticates (identity), or from `actor` when a domain is tested by itself.
 */
import type { Domain, Platform } from '#platform/domain';
import { type Actor, createHttp, type HttpServer, type InjectedAnswer, type RequestFacts } from '#platform/http';
import { testPlatform, type TestPlatform, type TestPlatformOptions } from './test-platform.ts';

export interface TestCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly ip?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One browser: sends the cookies it was given, by name; `cookie` is the header it sends. */
export interface TestBrowser {
  cookie: string | null;
  call(url: string, call?: TestCall): Promise<InjectedAnswer>;
}

export interface TestServer {
  readonly http: HttpServer;
  readonly platform: TestPlatform;
  browser(): TestBrowser;
  close(): Promise<void>;
}

export interface TestServerOptions extends TestPlatformOptions {
  readonly actor?: (request: RequestFacts) => Actor | null;
}

/** Opens it with the routes of all these domains mounted; close it in `afterAll`. */
export async function testServer(domains: readonly Domain[], options: TestServerOptions = {}): Promise<TestServer> {
  const platform = await testPlatform(domains, options);
  const http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: domains.flatMap((domain) => domain.permissions),
    authenticate: authenticator(domains, platform, options),
  });
  for (const domain of domains) domain.routes?.(http, platform);
  return {
    http,
    platform,
    browser: () => browserOn(http),
    close: async () => {
      await http.close();
      await platform.close();
    },
  };
}

function authenticator(
  domains: readonly Domain[],
  platform: Platform,
  options: TestServerOptions,
): (request: RequestFacts) => Promise<Actor | null> {
  const { actor } = options;
  if (actor) return (request) => Promise.resolve(actor(request));
  const owner = domains.find((domain) => 'authenticate' in domain);
  return (request) => owner?.authenticate?.(request, platform) ?? Promise.resolve(null);
}

function browserOn(http: HttpServer): TestBrowser {
  const browser: TestBrowser = {
    cookie: null,
    async call(url, { method = 'GET', body, ip = '127.0.0.1', headers = {} } = {}) {
      const answer = await http.inject({
        method,
        url,
        remoteAddress: ip,
        headers: {
          host: 'localhost',
          origin: 'http://localhost',
          'user-agent': 'test',
          ...(browser.cookie === null ? {} : { cookie: browser.cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
        const [pair = ''] = String(line).split(';');
        browser.cookie = withCookie(browser.cookie, pair);
      }
      return answer;
    },
  };
  return browser;
}

/** The header after a `Set-Cookie`; an empty value takes the cookie away. */
function withCookie(header: string | null, pair: string): string | null {
  const nameOf = (text: string): string => text.slice(0, text.indexOf('='));
  const others = (header ?? '').split('; ').filter((known) => known !== '' && nameOf(known) !== nameOf(pair));
  const pairs = pair.endsWith('=') ? others : [...others, pair];
  return pairs.length === 0 ? null : pairs.join('; ');
}
