/** Turns anything thrown into a problem: known codes keep their words, faults keep their code, the rest says nothing inside. */
import { AssertionFault, Fault } from '#kernel';
import { PLATFORM_PROBLEMS, type PlatformProblemCode, type Problem, problem, RequestProblem } from './problem.ts';

const FASTIFY_CODES: Readonly<Record<string, PlatformProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_BAD_URL: 'invalid_request',
};

const RETRY_AFTER_SECONDS = 2; // A restarted database answers within two seconds.

export interface ErrorAnswer {
  readonly problem: Problem;
  /** A bug or a failing part: the log and the alert need it. */
  readonly isServerError: boolean;
  readonly retryAfterSeconds: number | null;
}

/** Decides status, code and words for a thrown value. */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  if (error instanceof RequestProblem) {
    return { ...known(error.code, requestId, error), retryAfterSeconds: error.retryAfterSeconds };
  }
  if (error instanceof Fault) return faultAnswer(error, requestId);
  if (error instanceof AssertionFault) return known('internal_error', requestId);
  const code = textOf(error, 'code');
  const fastifyCode = code === undefined ? undefined : FASTIFY_CODES[code];
  if (fastifyCode) return known(fastifyCode, requestId);
  const isUnreadable = code?.startsWith('FST_ERR_CTP') === true || error instanceof SyntaxError;
  if (isUnreadable && isBadRequest(error)) {
    return known('invalid_request', requestId, { errors: [{ path: 'body', message: 'Send valid JSON.' }] });
  }
  return known('internal_error', requestId);
}

function known(
  code: PlatformProblemCode,
  requestId: string,
  facts: Pick<RequestProblem, 'errors' | 'details'> | { errors: RequestProblem['errors'] } = { errors: undefined },
): ErrorAnswer {
  const [status, detail] = PLATFORM_PROBLEMS[code];
  const details = 'details' in facts ? facts.details : undefined;
  const body = problem({
    status,
    code,
    requestId,
    detail,
    ...(facts.errors ? { errors: facts.errors } : {}),
    ...(details ? { details } : {}),
  });
  return { problem: body, isServerError: status >= 500 && status !== 501, retryAfterSeconds: null };
}

function faultAnswer(fault: Fault, requestId: string): ErrorAnswer {
  const status = fault.retryable ? 503 : 500;
  const detail = PLATFORM_PROBLEMS[fault.retryable ? 'unavailable' : 'internal_error'][1];
  return {
    problem: problem({ status, code: fault.code, requestId, detail }),
    isServerError: true,
    retryAfterSeconds: fault.retryable ? RETRY_AFTER_SECONDS : null,
  };
}

function textOf(error: unknown, key: 'code'): string | undefined {
  if (typeof error !== 'object' || error === null || !(key in error)) return undefined;
  const value = (error as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}

/** A SyntaxError of our own code has no status; the one of the body parser has. */
function isBadRequest(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 400;
}
