/** ApiProblem: what the server (or the network) refused, as problem+json says it. `code` is stable; texts may change. */
export class ApiProblem extends Error {
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(facts: {
    readonly code: string;
    readonly status: number;
    readonly title?: string;
    readonly detail?: string;
    readonly details?: Readonly<Record<string, unknown>>;
    readonly cause?: unknown;
  }) {
    super(`${facts.code} (${facts.status})${facts.detail ? `: ${facts.detail}` : ''}`, { cause: facts.cause });
    this.name = 'ApiProblem';
    this.code = facts.code;
    this.status = facts.status;
    this.title = facts.title ?? '';
    this.detail = facts.detail ?? '';
    this.details = facts.details ?? {};
  }

  /** Trying the same call again may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** Any thrown thing as a problem, so that every screen shows one shape. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({ code: 'screen_failed', status: -1, detail: String(error), cause: error });
}

/** Builds the problem of an answer that is not a success. */
export function problemOfAnswer(status: number, text: string): ApiProblem {
  const body = parseObject(text);
  const { type: _type, title, status: _status, code, detail, details, ...rest } = body;
  return new ApiProblem({
    code: typeof code === 'string' ? code : `http_${status}`,
    status,
    title: typeof title === 'string' ? title : '',
    detail: typeof detail === 'string' ? detail : '',
    details: typeof details === 'object' && details !== null ? { ...rest, ...details } : rest,
  });
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
