/**
 * The API document: OpenAPI 3.1 from the same contracts that validate and serialise, so it cannot say anything else.
 * Pure: endpoints and events in, document out.
 */
import type { EndpointShape, EventShape, Schema } from '#kernel';
import { needsPerson } from './guards.ts';
import type { OwnedEndpoint } from './types.ts';
import { type JsonSchema, SchemaComponents } from './json-schema.ts';
import { PLATFORM_PROBLEMS, type PlatformProblemCode } from './problem.ts';

export type OpenApiDocument = { readonly [key: string]: unknown };

const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Builds the document. Webhook bodies are the event's envelope with its payload as `data`. */
export function buildOpenApi(input: {
  readonly version: string;
  readonly endpoints: readonly OwnedEndpoint[];
  readonly events: readonly EventShape[];
}): OpenApiDocument {
  const components = new SchemaComponents();
  components.add('Problem', PROBLEM_SCHEMA);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { domain, endpoint } of input.endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operationOf(endpoint, domain, components);
  }
  const webhooks = Object.fromEntries(input.events.map((event) => [event.name, webhookOf(event, components)]));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cactus',
      version: input.version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This installation' }],
    tags: [...new Set(input.endpoints.map(({ domain }) => domain))].map((name) => ({ name })),
    paths: sortedByKey(paths),
    ...(input.events.length > 0 ? { webhooks: sortedByKey(webhooks) } : {}),
    components: {
      schemas: components.all(),
      responses: components.responses(),
      parameters: SHARED_PARAMETERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

function operationOf(endpoint: EndpointShape, domain: string, components: SchemaComponents): JsonSchema {
  const operationId = operationIdOf(endpoint);
  const isPublic = endpoint.permission === 'public';
  const parameters = [
    ...(endpoint.params
      ? parametersOf(components.schemaOf(endpoint.params, `${pascal(operationId)}Path`), 'path')
      : []),
    ...(endpoint.query
      ? parametersOf(components.schemaOf(endpoint.query, `${pascal(operationId)}Query`), 'query')
      : []),
    ...headerParameters(endpoint),
  ];
  return {
    operationId,
    tags: [domain],
    summary: endpoint.summary,
    ...(isPublic
      ? { security: [] }
      : {
          security: needsPerson(endpoint) ? [{ session: [] }] : [{ session: [] }, { token: [] }],
          'x-permission': endpoint.permission,
        }),
    ...(endpoint.stepUp ? { 'x-step-up': true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBodyOf(endpoint, operationId, components),
    responses: responsesOf(endpoint, operationId, components),
  };
}

function requestBodyOf(endpoint: EndpointShape, operationId: string, components: SchemaComponents): JsonSchema {
  if (endpoint.upload) {
    const maxLength = endpoint.upload.sizeBytesMax;
    const content = { 'application/octet-stream': { schema: { type: 'string', format: 'binary', maxLength } } };
    return { requestBody: { required: true, content } };
  }
  if (!endpoint.body) return {};
  const schema = named(components, `${pascal(operationId)}Request`, endpoint.body);
  return { requestBody: { required: true, content: { 'application/json': { schema } } } };
}

function responsesOf(endpoint: EndpointShape, operationId: string, components: SchemaComponents): JsonSchema {
  const status = endpoint.status ?? (endpoint.response || endpoint.download ? 200 : 204);
  const schema = endpoint.response ? named(components, `${pascal(operationId)}Response`, endpoint.response) : null;
  const description = status === 303 ? 'Goes on at the address of `Location`' : 'Done';
  const success = {
    description,
    ...(schema ? { content: { 'application/json': { schema } } } : {}),
    ...(endpoint.download ? { content: fileContent(endpoint.download.mediaTypes) } : {}),
  };
  const codes = new Map<number, string[]>();
  const addCode = (code: string, codeStatus: number) => codes.set(codeStatus, [...(codes.get(codeStatus) ?? []), code]);
  for (const code of platformCodes(endpoint)) addCode(code, PLATFORM_PROBLEMS[code][0]);
  for (const [code, codeStatus] of Object.entries(endpoint.refusals ?? {})) addCode(code, codeStatus);
  const refused = [...codes]
    .toSorted(([a], [b]) => a - b)
    .map(([at, list]) => [String(at), problemResponse(list, components)]);
  return {
    [status]: success,
    ...(Object.fromEntries(refused) as JsonSchema),
    default: components.response('AnyProblem', {
      description: 'Any other problem',
      content: problemContent({ $ref: '#/components/schemas/Problem' }),
    }),
  };
}

function fileContent(mediaTypes: readonly string[]): JsonSchema {
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
}

/** What the platform itself may answer here, by what the contract declares. */
function platformCodes(endpoint: EndpointShape): PlatformProblemCode[] {
  const hasInput = endpoint.params ?? endpoint.query ?? endpoint.body ?? endpoint.upload;
  const isPublic = endpoint.permission === 'public';
  return [
    ...(hasInput ? (['invalid_request'] as const) : []),
    ...(isPublic ? [] : (['not_signed_in'] as const)),
    ...(isPublic || endpoint.permission === 'session' ? [] : (['permission_missing'] as const)),
    ...(isPublic || endpoint.beforeSecondFactor ? [] : (['second_factor_required'] as const)),
    ...(endpoint.stepUp ? (['step_up_required'] as const) : []),
    ...(!isPublic && needsPerson(endpoint) ? (['person_required'] as const) : []),
    ...(endpoint.method === 'GET' ? [] : (['cross_site_request'] as const)),
    ...(endpoint.upload ? (['file_too_large'] as const) : []),
    ...(endpoint.body ? (['body_too_large'] as const) : []),
    ...(endpoint.body || endpoint.upload ? (['unsupported_media_type'] as const) : []),
    'too_many_requests',
  ];
}

function problemResponse(codes: readonly string[], components: SchemaComponents): JsonSchema {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: codes } } }],
  };
  const description = codes.map((code) => `\`${code}\``).join(', ');
  return components.response(codes.map(pascal).join('Or'), { description, content: problemContent(schema) });
}

function problemContent(schema: JsonSchema): JsonSchema {
  return { [PROBLEM_CONTENT_TYPE]: { schema } };
}

function parametersOf(schema: JsonSchema, place: 'path' | 'query'): JsonSchema[] {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function headerParameters(endpoint: EndpointShape): JsonSchema[] {
  const refersTo = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  const takesKey =
    endpoint.method === 'POST' && endpoint.permission !== 'public' && !endpoint.upload && !endpoint.holdsSecret;
  return [
    ...(endpoint.upload ? [refersTo('FileName')] : []),
    ...(takesKey ? [refersTo('IdempotencyKey')] : []),
    ...(['PUT', 'PATCH', 'DELETE'].includes(endpoint.method) ? [refersTo('IfMatch')] : []),
  ];
}

function webhookOf(event: EventShape, components: SchemaComponents): JsonSchema {
  const name = `${pascal(event.name)}V${event.version}`;
  const data = named(components, name, event.schema);
  const schema = { ...EVENT_ENVELOPE, properties: { ...EVENT_ENVELOPE.properties, type: { const: event.name }, data } };
  return {
    post: {
      operationId: name,
      summary: event.summary,
      'x-permission': event.permission,
      requestBody: { content: { 'application/json': { schema, example: { type: event.name, data: event.example } } } },
      responses: { '2XX': { description: 'Received; any other status is tried again' } },
    },
  };
}

/** Unnamed objects get the name of their place, so that generated clients have types and not only shapes. */
function named(components: SchemaComponents, name: string, schema: Schema): JsonSchema {
  const json = components.schemaOf(schema, name);
  return json['type'] === 'object' ? components.add(name, json) : json;
}

/** `GET /api/portfolios/:portfolioId/positions` is `getPortfoliosByPortfolioIdPositions`. */
function operationIdOf(endpoint: EndpointShape): string {
  const words = endpoint.path
    .replace('/api/', '')
    .split('/')
    .map((part) => (part.startsWith(':') ? `By${pascal(part.slice(1))}` : pascal(part)));
  return `${endpoint.method.toLowerCase()}${words.join('')}`;
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function sortedByKey<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => a.localeCompare(b)));
}

const DESCRIPTION = [
  'Every request and answer is JSON. Amounts, prices and quantities are exact decimal text; instants end in `AtMs` (UTC',
  'epoch milliseconds); days are `YYYY-MM-DD`. Failures are `application/problem+json` with a stable `code`.',
  'A `POST` with `Idempotency-Key` may be repeated safely; `If-Match` guards a change against a newer version.',
].join(' ');

const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'RFC 9457. `code` is stable; texts may change.',
  properties: {
    type: { type: 'string', description: '`urn:cactus:problem:<code>`' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^[a-z0-9_]+$' },
    detail: { type: 'string' },
    requestId: { type: 'string', format: 'uuid' },
    errors: {
      type: 'array',
      description: 'Each field that must change, for `invalid_request`.',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
    details: { type: 'object', description: 'Facts that explain the code.', additionalProperties: true },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
};

const EVENT_ENVELOPE = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid', description: 'The same on every attempt: drop what you have seen.' },
    type: { type: 'string' },
    timestamp: { type: 'string', format: 'date-time' },
    version: { type: 'integer' },
    sequence: { type: 'string', description: 'Grows with every event of the installation.' },
    workspaceId: { type: 'string', format: 'uuid' },
    subjectId: { type: 'string' },
  },
  required: ['id', 'type', 'timestamp', 'version', 'sequence', 'workspaceId', 'subjectId', 'data'],
} as const;

const SHARED_PARAMETERS: JsonSchema = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key with the same request gets the first answer again, for a day.',
    schema: { type: 'string', maxLength: 200 },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'Version (ETag) the change is based on; another one answers 412 `version_mismatch`.',
    schema: { type: 'string' },
  },
  FileName: {
    name: 'X-File-Name',
    in: 'header',
    required: true,
    description: 'Name of the file, URL-encoded.',
    schema: { type: 'string', maxLength: 765 },
  },
};

const SECURITY_SCHEMES: JsonSchema = {
  session: { type: 'apiKey', in: 'cookie', name: 'cactus_session', description: 'Session of the web app.' },
  token: { type: 'http', scheme: 'bearer', description: 'API token for scripts and other programs.' },
};
