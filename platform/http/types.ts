/** HTTP as domains see it: one contract, one handler, no Fastify types in domain code. */
import type { Readable } from 'node:stream';
import type { EndpointShape, OutputOf, Result, RowScope, UserRole } from '#kernel';

/** Who is asking. `workspaceId` scopes every row; `permissions` come from the role through the catalogue. */
export interface Actor {
  readonly userId: string;
  /** Of the browser session; of the API token when the request came with one. */
  readonly sessionId: string;
  /** Present when an API token or its JWT asks: `permissions` are then its scopes, as far as the role holds them. */
  readonly apiTokenId?: string;
  readonly workspaceId: string;
  readonly role: UserRole;
  readonly permissions: ReadonlySet<string>;
  /** Whose rows of the workspace she reaches; every query on rows that belong to people takes it. */
  readonly rows: RowScope;
  /** True when she proved who she is within the last ten minutes: only then `stepUp` endpoints answer. */
  readonly isRecentlyProved?: boolean;
  /** True while she must register the second factor her workspace asks for: only `beforeSecondFactor` endpoints answer. */
  readonly lacksSecondFactor?: boolean;
}

export interface RequestFacts {
  readonly requestId: string;
  readonly ip: string;
  readonly userAgent: string;
  /** By plain name; on https the `__Host-` prefix is required and already removed. */
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** `http` and `https` origin the browser used, for cookies and links. */
  readonly origin: string;
  /** The `Authorization` header as sent (API tokens); never log it. */
  readonly authorization: string | undefined;
  /** True when the caller is on this machine and no proxy stands between. */
  readonly isLoopback: boolean;
}

export interface ReplyFacts {
  /** HttpOnly, SameSite=Lax, Path=/; on https also Secure with the `__Host-` prefix. Use the plain name. */
  setCookie(name: string, value: string, options: { readonly maxAgeSeconds: number }): void;
  clearCookie(name: string): void;
  /** `ETag` of the answer: the version a later `If-Match` must repeat. */
  setVersion(version: string | number | bigint): void;
  setHeader(name: string, value: string): void;
}

export interface HandlerInput<E extends EndpointShape> {
  readonly params: OutputOf<E['params']>;
  readonly query: OutputOf<E['query']>;
  readonly body: OutputOf<E['body']>;
  /** Present for `upload` endpoints. */
  readonly upload: E['upload'] extends object ? { readonly name: string; readonly bytes: Readable } : undefined;
  /** Never null unless the endpoint is `public`. */
  readonly actor: E['permission'] extends 'public' ? Actor | null : Actor;
  readonly request: RequestFacts;
  readonly reply: ReplyFacts;
  /** Value of `If-Match`, without quotes. */
  readonly ifMatch: string | undefined;
}

export type RefusalOf<E extends EndpointShape> = keyof NonNullable<E['refusals']> & string;

/** A file to hand over: its name as the person will see it, its media type, its bytes. */
export interface Download {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Readable | Buffer;
}

export type AnswerOf<E extends EndpointShape> = E['download'] extends object ? Download : OutputOf<E['response']>;

export type Handler<E extends EndpointShape> = (input: HandlerInput<E>) => Promise<Result<AnswerOf<E>, RefusalOf<E>>>;

/** Where a domain mounts its contracts. */
export interface Http {
  route<const E extends EndpointShape>(endpoint: E, handler: Handler<E>): void;
}

/** An endpoint and the domain that mounts it. */
export interface OwnedEndpoint {
  readonly domain: string;
  readonly endpoint: EndpointShape;
}
