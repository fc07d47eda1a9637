/**
 * For tests of row scope: everything that can be read is asked by everybody, with what people type into palettes and filters,
 * and no answer may name a row beyond her scope. Also what webhooks carry out of the house.
 */
import type { EndpointShape } from '#kernel';
import type { TestBrowser } from '#platform/testing';
import { describe, expect, test } from 'vitest';
import { EXPECTED, PEOPLE, type Person, requireOk } from './scope-people.ts';

/** The house of `scope.test.ts`, filled before the cases run. */
export interface SweptHouse {
  readonly endpoints: () => readonly EndpointShape[];
  readonly browserOf: (person: Person) => TestBrowser;
  readonly newId: () => string;
  /** Ids by the name of their portfolio. */
  readonly rows: Readonly<Record<'portfolios' | 'operations' | 'imports', ReadonlyMap<string, string>>>;
}

/** Declares the cases. */
export function sweep({ endpoints, browserOf, newId, rows }: SweptHouse): void {
  const { portfolios, operations, imports } = rows;
  const portfolioOf = (name: string): string => portfolios.get(name) ?? '';

  describe('a sweep of everything that can be read', () => {
    /** Words that a person types into the palette or a filter; a route that searches is asked each of them. */
    const TYPED = ['A1', 'B1', 'House', 'Banco', 'client2', 'deposit'];
    const NOT_ASKED = new Set(['/api/auth/oidc/callback', '/api/auth/oidc/start']);

    test.each([...PEOPLE, 'stranger' as const])('no answer tells %s of a row beyond her scope', async (person) => {
      const reached: readonly string[] = person === 'stranger' ? [] : EXPECTED[person];
      const marks = [...portfolios.keys()].filter((name) => !reached.includes(name)).flatMap(marksOf);
      let answered = 0;
      for (const route of endpoints()) {
        if (route.method !== 'GET' || NOT_ASKED.has(route.path)) continue;
        for (const url of addressesOf(route, person)) {
          const answer = await browserOf(person).call(url);
          if (answer.statusCode === 200) answered += 1;
          // What she wrote into the address herself may come back.
          const told = marks.filter((mark) => answer.body.includes(mark) && !url.includes(mark));
          expect([url, told]).toEqual([url, []]);
        }
      }
      expect(answered).toBeGreaterThan(20);
    });

    /** What names a row and nothing else. */
    function marksOf(name: string): string[] {
      return [portfolioOf(name), operations.get(name) ?? '', imports.get(name) ?? ''].filter((mark) => mark !== '');
    }

    /** The route with rows of hers where it names one, else with rows of nobody; once for each typed word when it searches. */
    function addressesOf({ path, query }: EndpointShape, person: Person): string[] {
      const own = person === 'stranger' ? undefined : EXPECTED[person][0];
      const named = path
        .replace(':portfolioId', (own && portfolioOf(own)) ?? newId())
        .replace(':importId', (own && imports.get(own)) ?? newId())
        .replace(':operationId', (own && operations.get(own)) ?? newId())
        .replaceAll(/:[A-Za-z]+/g, () => newId());
      const keys = query && 'shape' in query ? Object.keys((query as { shape: object }).shape) : [];
      const searches = keys.filter((key) => ['q', 'search', 'text', 'name', 'query'].includes(key));
      // Filters that name rows are aimed at what she may not see.
      const aimed = keys
        .filter((key) => key.endsWith('Id'))
        .flatMap((key) => ['A1', 'B1', 'House'].map((name) => `${key}=${portfolioOf(name)}`));
      const typed = searches.flatMap((key) => TYPED.map((word) => `${key}=${word}`));
      return [named, ...[...typed, ...aimed].map((text) => `${named}?${text}`)].map(withNeeded);
    }

    /** Parameters that a route cannot be asked without. */
    function withNeeded(url: string): string {
      if (url.includes('/explanation')) return `${url}${url.includes('?') ? '&' : '?'}metric=value`;
      return url;
    }
  });

  webhookCases(browserOf, portfolioOf);
}

function webhookCases(browserOf: SweptHouse['browserOf'], portfolioOf: (name: string) => string): void {
  test('a webhook carries only what happens in its workspace, and only its keepers make, see or replay one', async () => {
    const hook = { method: 'POST' as const, body: { url: 'https://hooks.example.com/all' } };
    for (const person of PEOPLE) {
      const answer = await browserOf(person).call('/api/webhooks/endpoints', hook);
      expect([person, answer.statusCode]).toEqual([person, person === 'owner' ? 201 : 403]);
    }
    await requireOk(browserOf('stranger'), '/api/webhooks/endpoints', hook);
    const money = { type: 'deposit', date: '2026-01-08', accountName: 'Banco', amount: '1', currency: 'EUR' };
    const deposit = { method: 'POST' as const, body: { ...money, idempotencyKey: 'webhook-scope' } };
    await requireOk(browserOf('adviser1'), `/api/portfolios/${portfolioOf('A1')}/operations`, deposit);
    const deliveries = async (person: Person) =>
      requireOk<{ items: { id: string; eventName: string }[] }>(browserOf(person), '/api/webhooks/deliveries');
    const owned = (await deliveries('owner')).items.filter(({ eventName }) => eventName.startsWith('portfolios.'));
    expect(owned.length).toBeGreaterThan(0);
    expect((await deliveries('stranger')).items.filter(({ eventName }) => eventName.startsWith('portfolios.'))).toEqual(
      [],
    );
    for (const person of ['manager1', 'adviser1', 'adviser2', 'client1', 'stranger'] as const) {
      for (const [method, rest] of [
        ['GET', ''],
        ['POST', '/replays'],
      ] as const) {
        const answer = await browserOf(person).call(`/api/webhooks/deliveries/${owned[0]?.id}${rest}`, { method });
        expect([person, method, [403, 404].includes(answer.statusCode)]).toEqual([person, method, true]);
      }
    }
  });
}
