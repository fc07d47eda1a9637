/**
 * Contracts as data: one `endpoint` gives the Fastify route, its validation, its OpenAPI entry and the type of the
 * browser call; one `event` feeds the outbox, webhooks, realtime and docs. Schemas are any Standard Schema
 * (https://standardschema.dev; zod 4 is one), so the kernel imports nothing.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type InputOf<S> = S extends Schema ? NonNullable<S['~standard']['types']>['input'] : undefined;
export type OutputOf<S> = S extends Schema ? NonNullable<S['~standard']['types']>['output'] : undefined;

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * `public` needs nobody, `session` any signed-in person; everything else is a permission of the catalogue,
 * `<domain>.<noun>.<verb>`.
 */
export interface EndpointShape {
  readonly method: HttpMethod;
  /** Full path with `:name` parameters: `/api/portfolios/:portfolioId`. */
  readonly path: `/api/${string}`;
  readonly permission: 'public' | 'session' | `${string}.${string}.${string}`;
  /**
   * Who may call: `person` needs a browser session, `any` also takes an API token or its JWT. Left out, `session` endpoints
   * are for persons (a token must not reach its owner's account) and endpoints of the catalogue for any.
   */
  readonly caller?: 'person' | 'any';
  readonly summary: string;
  readonly params?: Schema;
  readonly query?: Schema;
  readonly body?: Schema;
  /** `bytes` streams an upload (application/octet-stream) to the handler instead of parsing JSON. */
  readonly upload?: { readonly sizeBytesMax: number };
  /** Answers bytes as a file instead of JSON, in one of these media types. Only for GET. */
  readonly download?: { readonly mediaTypes: readonly string[] };
  /** Success body; leave out for 204. */
  readonly response?: Schema;
  /** 303 sends a browser elsewhere: the handler sets `location`, and there is no body. */
  readonly status?: 200 | 201 | 202 | 204 | 303;
  /** Request or answer holds a secret (a password, a new token): nothing is kept for replay, `Idempotency-Key` is refused. */
  readonly holdsSecret?: true;
  /** Needs a proof of who asks that is at most ten minutes old; without it the platform answers `step_up_required`. */
  readonly stepUp?: true;
  /** Answered also while a person must still register the second factor that her workspace asks for. */
  readonly beforeSecondFactor?: true;
  /** Every refusal the handler may answer with its HTTP status; undeclared codes do not compile. */
  readonly refusals?: Readonly<Record<string, number>>;
}

/** Declares an endpoint; keeps every literal type. */
export function endpoint<const E extends EndpointShape>(shape: E): E {
  return shape;
}

export interface EventShape {
  /** `<domain>.<noun>.<past verb>`, for example `markets.alert.fired`. */
  readonly name: `${string}.${string}.${string}`;
  readonly version: number;
  readonly summary: string;
  /** Who may see it in realtime and the event log. */
  readonly permission: `${string}.${string}.${string}`;
  readonly schema: Schema;
  readonly example: unknown;
}

/** Declares an event of the catalogue; the example is checked against the schema by a test. */
export function event<const E extends EventShape>(shape: E): E {
  return shape;
}
