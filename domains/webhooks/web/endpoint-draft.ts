/** An endpoint as it is typed into its form, and back. */
import { conditionsOf, conditionsText } from './conditions.ts';
import type { Endpoint } from './event-words.ts';

export interface Draft {
  readonly url: string;
  readonly description: string;
  readonly filters: string;
  readonly conditions: string;
  readonly ordering: Endpoint['ordering'];
  readonly rate: string;
  readonly retries: string;
  readonly signsWithPublicKey: boolean;
}

export function draftOf(endpoint: Endpoint | null): Draft {
  return {
    url: endpoint?.url ?? '',
    description: endpoint?.description ?? '',
    filters: endpoint?.filters.join('\n') ?? '',
    conditions: conditionsText(endpoint?.conditions ?? []),
    ordering: endpoint?.ordering ?? 'none',
    rate: endpoint?.rateLimitPerSecond?.toString() ?? '',
    retries: endpoint?.retryDelaysSeconds?.join(', ') ?? '',
    signsWithPublicKey: endpoint?.signsWithPublicKey ?? false,
  };
}

export interface DraftFaults {
  readonly wrongLine: number | null;
  readonly isRateWrong: boolean;
  readonly areRetriesWrong: boolean;
}

export function faultsOf(draft: Draft): DraftFaults {
  return {
    wrongLine: conditionsOf(draft.conditions).wrongLine,
    isRateWrong: draft.rate.trim() !== '' && !/^[1-9]\d{0,3}$/.test(draft.rate.trim()),
    areRetriesWrong: draft.retries.trim() !== '' && numbersOf(draft.retries) === null,
  };
}

/** What of it the API takes beside address, description and filters; only for a draft without faults. */
export function serviceOf(draft: Draft) {
  return {
    conditions: conditionsOf(draft.conditions).conditions,
    ordering: draft.ordering,
    rateLimitPerSecond: draft.rate.trim() === '' ? null : Number(draft.rate.trim()),
    retryDelaysSeconds: draft.retries.trim() === '' ? null : numbersOf(draft.retries),
    signsWithPublicKey: draft.signsWithPublicKey,
  };
}

function numbersOf(typed: string): number[] | null {
  const parts = typed.split(/[\s,;]+/).filter((part) => part !== '');
  return parts.every((part) => /^[1-9]\d{0,4}$/.test(part)) ? parts.map(Number) : null;
}
