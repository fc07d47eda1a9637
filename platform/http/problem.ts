/**
 * Problems: every failed request answers `application/problem+json` (RFC 9457) with a stable snake_case `code`.
 * Texts may change between versions; codes never do. Nothing here carries a stack, a query or a secret.
 */

/** Codes that any endpoint may answer, with the status and the default words for a person. */
export const PLATFORM_PROBLEMS = {
  invalid_request: [400, 'The request does not fit the contract; each field that must change is listed in `errors`.'],
  not_signed_in: [401, 'Sign in, or send an API token as `Authorization: Bearer …`.'],
  permission_missing: [
    403,
    'Your role does not hold the permission this needs; an owner or admin can change your role.',
  ],
  second_factor_required: [
    403,
    'This workspace asks your role for a second factor; register a passkey or an authenticator app first.',
  ],
  step_up_required: [
    403,
    'This needs a proof of who you are from the last ten minutes: send one to `POST /api/me/proofs` and repeat.',
  ],
  person_required: [403, 'An API token cannot do this, whatever its scopes: sign in as a person.'],
  cross_site_request: [
    403,
    'Writes with the session cookie must come from Cactus itself: send an `Origin` equal to this address.',
  ],
  not_found: [404, 'There is nothing at this address.'],
  request_incomplete: [400, 'The connection ended before the whole request arrived; send it again.'],
  idempotency_in_progress: [
    409,
    'A request with this Idempotency-Key is still running; wait a moment and send it again.',
  ],
  body_too_large: [413, 'The body is larger than this endpoint accepts.'],
  file_too_large: [413, 'The file is larger than this endpoint accepts.'],
  uri_too_long: [414, 'The address is too long.'],
  unsupported_media_type: [415, 'Send `application/json` (uploads: `application/octet-stream`).'],
  host_not_allowed: [
    421,
    'This server does not answer to that host name; add it to `allowedHosts` or set `publicUrl`.',
  ],
  idempotency_key_reused: [422, 'This Idempotency-Key was used with another request; use a new key.'],
  too_many_requests: [429, 'Too many requests from your address; wait as long as `Retry-After` says.'],
  internal_error: [500, 'Something broke inside Cactus. The log of the server names the cause under this request id.'],
  idempotency_unavailable: [501, 'This address does not keep Idempotency-Keys; leave the header out.'],
  unavailable: [503, 'Something Cactus needs did not answer; try again in a moment.'],
} as const satisfies Record<string, readonly [number, string]>;

export type PlatformProblemCode = keyof typeof PLATFORM_PROBLEMS;

/** One field that does not fit: `body.positions[0].quantity` and what to do about it. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly FieldIssue[];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Builds the body of a failed answer. `detail` defaults to the platform's words for the code. */
export function problem(facts: {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly detail?: string;
  readonly errors?: readonly FieldIssue[];
  readonly details?: Readonly<Record<string, unknown>>;
}): Problem {
  const title = titleOf(facts.code);
  const hasDetails = facts.details !== undefined && Object.keys(facts.details).length > 0;
  return {
    type: `urn:cactus:problem:${facts.code}`,
    title,
    status: facts.status,
    code: facts.code,
    detail: facts.detail ?? `${title}.`,
    requestId: facts.requestId,
    ...(facts.errors ? { errors: facts.errors } : {}),
    ...(hasDetails ? { details: facts.details } : {}),
  };
}

/** Stops a request before its handler with one of the platform's own problems; the error handler answers it. */
export class RequestProblem extends Error {
  readonly code: PlatformProblemCode;
  readonly errors: readonly FieldIssue[] | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | null;

  constructor(
    code: PlatformProblemCode,
    facts: {
      readonly errors?: readonly FieldIssue[];
      readonly details?: Readonly<Record<string, unknown>>;
      readonly retryAfterSeconds?: number;
    } = {},
  ) {
    super(code);
    this.name = 'RequestProblem';
    this.code = code;
    this.errors = facts.errors;
    this.details = facts.details;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

/** `currency_mismatch` reads as `Currency mismatch`. */
export function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
