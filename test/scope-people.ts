/** For tests of row scope: who there is, what each should see, and asking as one of them. */
import { assert } from '#kernel';
import type { TestBrowser } from '#platform/testing';

export type Person = 'owner' | 'manager1' | 'manager2' | 'adviser1' | 'adviser2' | 'client1' | 'client2' | 'stranger';
export const EXPECTED: Readonly<Record<Exclude<Person, 'stranger'>, readonly string[]>> = {
  owner: ['A1', 'A2', 'B1', 'B2', 'House'],
  manager1: ['A1', 'A2'],
  manager2: ['B1', 'B2'],
  adviser1: ['A1', 'A2'],
  adviser2: ['B1', 'B2'],
  client1: ['A1', 'A2'],
  client2: ['B1', 'B2'],
};
export const PEOPLE = Object.keys(EXPECTED) as Exclude<Person, 'stranger'>[];

export interface AddedUser {
  readonly browser: TestBrowser;
  readonly userId: string;
}

/** Asks and gives the answer, which must be a success. */
export async function requireOk<Body>(
  by: TestBrowser,
  url: string,
  call: Parameters<TestBrowser['call']>[1] = {},
): Promise<Body> {
  const answer = await by.call(url, call);
  assert(answer.statusCode < 300, `scope: ${call.method ?? 'GET'} ${url} answered ${answer.statusCode} ${answer.body}`);
  return answer.statusCode === 204 ? (undefined as Body) : answer.json<Body>();
}

/** A body that a route about a portfolio accepts. */
export function bodyFor(path: string): Record<string, unknown> {
  if (path.endsWith('/assignment')) return { adviserUserId: null, clientUserId: null };
  if (path.endsWith('/operations')) {
    const key = { idempotencyKey: 'never-recorded' };
    return { type: 'deposit', date: '2026-01-06', accountName: 'X', amount: '1', currency: 'EUR', ...key };
  }
  if (path.endsWith('/model')) return { modelId: null };
  if (/\/goals(?:\/[^/]+)?$/.test(path)) {
    const money = { targetAmount: '1000', monthlyFlow: '0', inflationBps: 0, returnBps: 0, volatilityBps: 0 };
    return { name: 'Casa', targetOn: '2040-01-01', method: 'parametric', ...money };
  }
  if (path.endsWith('/mapping')) return { sheets: [], openingDate: null };
  return { name: 'Nuevo' };
}
