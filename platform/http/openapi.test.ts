/** Goal: the document says what the contracts say, and a change that breaks old programs is told from one that does not. */
import { Decimal, endpoint, event } from '#kernel';
import { collectEndpoints, platformDomain } from '#platform/runtime';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { buildOpenApi } from './openapi.ts';
import { breakingChanges } from './openapi-diff.ts';

const thing = z.object({
  id: z.uuid(),
  amount: z.string(),
  size: z.bigint(),
  price: z.custom<Decimal>((value) => value instanceof Decimal),
  note: z.string().optional(),
});

type Shape = z.ZodObject;
interface Parts {
  readonly body?: Shape;
  readonly response?: Shape;
  readonly query?: Shape;
  readonly data?: Shape;
}

function documentOf({ body, response, query, data }: Parts = {}) {
  const write = endpoint({
    method: 'POST',
    path: '/api/things/:thingId',
    permission: 'test.thing.write',
    summary: 'Writes',
    params: z.object({ thingId: z.uuid() }),
    query: query ?? z.object({ mode: z.enum(['fast', 'slow']).optional() }),
    body: body ?? z.object({ amount: z.string(), kind: z.enum(['a', 'b']).optional() }),
    response: response ?? thing,
    status: 201,
    refusals: { thing_locked: 409, thing_gone: 409, thing_missing: 404 },
  });
  const open = endpoint({ method: 'GET', path: '/api/open', permission: 'public', summary: 'Open', response: thing });
  const send = endpoint({
    method: 'POST',
    path: '/api/files',
    permission: 'session',
    summary: 'Sends',
    upload: { sizeBytesMax: 10 },
  });
  const changed = event({
    name: 'test.thing.changed',
    version: 1,
    summary: 'Changed',
    permission: 'test.thing.read',
    schema: data ?? z.object({ amount: z.string() }),
    example: { amount: '1.5' },
  });
  return buildOpenApi({
    version: '0.1.0',
    endpoints: [write, open, send].map((one) => ({ domain: 'test', endpoint: one })),
    events: [changed],
  });
}

test('an operation names its permission, its inputs, its answer and each refusal with its status', () => {
  expect(documentOf()).toMatchObject({
    openapi: '3.1.1',
    paths: {
      '/api/things/{thingId}': {
        post: {
          operationId: 'postThingsByThingId',
          'x-permission': 'test.thing.write',
          security: [{ session: [] }, { token: [] }],
          parameters: [
            { name: 'thingId', in: 'path', required: true },
            { name: 'mode', in: 'query', required: false, schema: { enum: ['fast', 'slow'] } },
            { $ref: '#/components/parameters/IdempotencyKey' },
          ],
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/PostThingsByThingIdRequest' } } },
          },
          responses: {
            201: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/PostThingsByThingIdResponse' } } },
            },
            403: { $ref: '#/components/responses/PermissionMissingOrSecondFactorRequiredOrCrossSiteRequest' },
            404: { $ref: '#/components/responses/ThingMissing' },
            409: { $ref: '#/components/responses/ThingLockedOrThingGone' },
          },
        },
      },
      '/api/open': { get: { security: [] } },
      '/api/files': {
        post: { requestBody: { content: { 'application/octet-stream': { schema: { maxLength: 10 } } } } },
      },
    },
    webhooks: { 'test.thing.changed': { post: { 'x-permission': 'test.thing.read' } } },
  });
});

test('what is exact inside is text on the wire', () => {
  const schemas = (documentOf()['components'] as { schemas: Record<string, unknown> }).schemas;
  expect(schemas['PostThingsByThingIdResponse']).toMatchObject({
    properties: {
      size: { type: 'string', pattern: '^-?[0-9]+$' },
      price: { type: 'string', format: 'decimal' },
    },
    required: ['id', 'amount', 'size', 'price'],
  });
});

test('every reference leads somewhere', () => {
  const document = documentOf();
  const text = JSON.stringify(document);
  for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = reference
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
    expect([reference, typeof target]).toEqual([reference, 'object']);
  }
});

test('recursive schemas of two operations do not meet', () => {
  const tree: z.ZodType = z.object({ name: z.string(), below: z.array(z.lazy(() => tree)) });
  const chain: z.ZodType = z.object({ text: z.string(), next: z.lazy(() => chain.nullable()) });
  const document = documentOf({ body: z.object({ tree }), response: z.object({ chain }), data: tree as Shape });
  const data = (document['components'] as { schemas: Record<string, object> }).schemas['TestThingChangedV1'];
  expect(JSON.stringify(data)).toContain('#/components/schemas/TestThingChangedV1');
  const names = Object.keys((document['components'] as { schemas: object }).schemas);
  expect(names.filter((name) => name.includes('Part'))).toEqual([
    'PostThingsByThingIdRequestPart0',
    'PostThingsByThingIdResponsePart0',
  ]);
});

test('two different schemas of one name are a bug', () => {
  const named = (field: string) => z.object({ [field]: z.string() }).meta({ id: `Twice` });
  const twice = () => documentOf({ body: z.object({ a: named('a') }), response: z.object({ b: named('b') }) });
  expect(twice).toThrow(/two different schemas are named Twice|Duplicate/);
});

test.each<[string, Parts, string[]]>([
  ['nothing', {}, []],
  [
    'an optional input more',
    { body: z.object({ amount: z.string(), kind: z.enum(['a', 'b']).optional(), more: z.string().optional() }) },
    [],
  ],
  ['a choice more', { body: z.object({ amount: z.string(), kind: z.enum(['a', 'b', 'c']).optional() }) }, []],
  ['an answer field more', { response: thing.extend({ more: z.string() }) }, []],
  [
    'a required input more',
    { body: z.object({ amount: z.string(), kind: z.enum(['a', 'b']), more: z.string() }) },
    ['POST /api/things/{thingId} body.kind is now required', 'POST /api/things/{thingId} body.more is now required'],
  ],
  ['an input gone', { body: z.object({ amount: z.string() }) }, ['POST /api/things/{thingId} body.kind is gone']],
  [
    'an input of another type',
    { body: z.object({ amount: z.number(), kind: z.enum(['a', 'b']).optional() }) },
    ['POST /api/things/{thingId} body.amount was "string" and is "number"'],
  ],
  [
    'a choice gone',
    { body: z.object({ amount: z.string(), kind: z.enum(['a']).optional() }) },
    ['POST /api/things/{thingId} body.kind no longer takes b'],
  ],
  [
    'an answer field gone',
    { response: thing.omit({ amount: true }) },
    ['POST /api/things/{thingId} answer.amount is gone'],
  ],
  [
    'an answer field that may be missing',
    { response: thing.partial({ amount: true }) },
    ['POST /api/things/{thingId} answer.amount may now be missing'],
  ],
  [
    'a required query',
    { query: z.object({ mode: z.enum(['fast', 'slow']) }) },
    ['POST /api/things/{thingId} query mode is now required'],
  ],
  ['an event field gone', { data: z.object({ price: z.string() }) }, ['event test.thing.changed.data.amount is gone']],
])('compared with the old document, %s', (_name, parts, breaks) => {
  expect(breakingChanges(documentOf(), documentOf(parts))).toEqual(breaks);
});

test('an operation that goes is a break; the platform lists its own without a database', () => {
  const platform = collectEndpoints([platformDomain]);
  const whole = buildOpenApi({ version: '1', endpoints: platform, events: [] });
  const empty = buildOpenApi({ version: '1', endpoints: [], events: [] });
  expect(breakingChanges(whole, empty)).toContain('GET /api/platform/health is gone');
});
