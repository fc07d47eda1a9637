/**
 * Every endpoint the browser may call, as types only: the contracts (and zod) never reach the bundle. A domain adds two lines here:
 * `import type * as foo from '#foo/contract'` and `| EndpointsOf<typeof foo>`. Endpoints are found among the module's exports,
 * and inside an exported `fooApi` object.
 */
import type * as identity from '#identity/contract';
import type { EndpointShape, InputOf, OutputOf } from '#kernel';
import type * as markets from '#markets/contract';
import type * as platformHealth from '#platform/http/contract';
import type * as backups from '#platform/backups/contract';
import type * as jobs from '#platform/jobs/contract';
import type * as notify from '#platform/notify/contract';
import type * as secrets from '#platform/secrets/contract';
import type * as portfolios from '#portfolios/contract';
import type * as webhooks from '#webhooks/contract';

interface AddressedEndpoint {
  readonly method: string;
  readonly path: string;
  readonly permission: string;
}

type ValuesOf<Container> = Container[keyof Container];
type EndpointsOf<Module> =
  | Extract<ValuesOf<Module>, AddressedEndpoint>
  | Extract<NestedValuesOf<ValuesOf<Module>>, AddressedEndpoint>;
type NestedValuesOf<Value> = Value extends AddressedEndpoint | readonly unknown[] | string | number
  ? never
  : ValuesOf<Value>;

/** Union of the endpoint types of all contracts. */
type AnyEndpoint =
  | EndpointsOf<typeof identity>
  | EndpointsOf<typeof markets>
  | EndpointsOf<typeof backups>
  | EndpointsOf<typeof jobs>
  | EndpointsOf<typeof notify>
  | EndpointsOf<typeof platformHealth>
  | EndpointsOf<typeof portfolios>
  | EndpointsOf<typeof secrets>
  | EndpointsOf<typeof webhooks>;

type KeyOf<E> = E extends { readonly method: infer Method extends string; readonly path: infer Path extends string }
  ? `${Method} ${Path}`
  : never;

type EndpointByKey = { readonly [E in AnyEndpoint as KeyOf<E>]: E };

/** `'GET /api/portfolios/:portfolioId'`: method, space, path as the contract writes it. */
export type ApiKey = keyof EndpointByKey;

type EndpointAt<Key extends ApiKey> = Extract<EndpointByKey[Key], EndpointShape>;

type Member<E, Name extends string> = E extends { readonly [K in Name]: infer Value } ? Value : undefined;

/** What a successful call answers; undefined for 204. */
export type ApiOutput<Key extends ApiKey> = OutputOf<Member<EndpointAt<Key>, 'response'>>;

type Part<Name extends string, Schema> = undefined extends Schema
  ? { readonly [K in Name]?: undefined }
  : object extends InputOf<Schema>
    ? { readonly [K in Name]?: InputOf<Schema> }
    : { readonly [K in Name]: InputOf<Schema> };

/** What a call needs: `params`, `query` and `body` are required exactly when the contract says so. */
export type ApiInput<Key extends ApiKey> = Part<'params', Member<EndpointAt<Key>, 'params'>> &
  Part<'query', Member<EndpointAt<Key>, 'query'>> &
  Part<'body', Member<EndpointAt<Key>, 'body'>> & {
    /** Version the change is based on; a stale one answers 412. */
    readonly ifMatch?: string;
    /** Same key, same effect: a repeated POST is answered with the first result. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

/** Keys whose endpoint takes an upload. */
export type UploadKey = {
  readonly [Key in ApiKey]: EndpointAt<Key> extends { readonly upload: object } ? Key : never;
}[ApiKey];

/** Keys whose endpoint answers a file. */
export type DownloadKey = {
  readonly [Key in ApiKey]: EndpointAt<Key> extends { readonly download: object } ? Key : never;
}[ApiKey];

/** The input may be left out when nothing in it is required. */
export type ApiArguments<Key extends ApiKey> =
  object extends ApiInput<Key> ? [input?: ApiInput<Key>] : [input: ApiInput<Key>];
