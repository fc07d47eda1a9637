/** TanStack Query on top of the typed client: one cache entry per endpoint and input, retries only for passing failures. */
import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api, callEndpoint, type CallInput } from './client.ts';
import type { ApiArguments, ApiInput, ApiKey, ApiOutput } from './contracts.ts';
import { live } from './live.ts';
import { type ApiProblem, asProblem } from './problem.ts';

const RETRIES_MAX = 2; // A third silent retry only delays the message that helps.
const FRESH_MS = 10_000; // Realtime refreshes what changes; this only stops double fetches while moving between pages.

/** One cache for the app. `networkMode: always`: the server is often this very machine, so "no internet" is not "offline". */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < RETRIES_MAX && asProblem(error).isPassing,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

export interface ApiQueryOptions {
  /** False waits: for a parameter that is not known yet. */
  readonly enabled?: boolean;
  readonly refetchIntervalMs?: number;
  /** Keeps the last answer on screen while a new page or filter loads. */
  readonly keepsPrevious?: boolean;
}

/** Reads an endpoint: `const { data, error, isPending } = useApi('GET /api/portfolios')`. */
export function useApi<Key extends ApiKey>(
  key: Key,
  input?: ApiInput<Key>,
  options: ApiQueryOptions = {},
): UseQueryResult<ApiOutput<Key>, ApiProblem> {
  // The library cannot see that a generic output is never a function, so its types are applied once, at the end.
  const result = useQuery<unknown, ApiProblem>({
    queryKey: [key, input ?? {}],
    queryFn: async ({ signal }) => (await callEndpoint(key, { ...(input as CallInput), signal })) ?? null,
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchIntervalMs ?? false,
    ...(options.keepsPrevious ? { placeholderData: (previous: unknown) => previous } : {}),
  });
  return result as UseQueryResult<ApiOutput<Key>, ApiProblem>;
}

/** Endpoints that answer by pages: `items`, and where the next page starts. */
export type PagedKey = {
  readonly [Key in ApiKey]: ApiOutput<Key> extends { readonly items: infer Items; readonly nextCursor: string | null }
    ? Items extends readonly unknown[]
      ? Key
      : never
    : never;
}[ApiKey];

export interface ApiPages<Item> {
  /** Everything loaded so far, in order; undefined until the first page is here. */
  readonly items: readonly Item[] | undefined;
  readonly error: ApiProblem | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  /** Adds the next page; answers whether there is another one after it. */
  readonly loadMore: () => Promise<boolean>;
  readonly retry: () => void;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

type ItemOf<Key extends PagedKey> = Extract<ApiOutput<Key>, Page<unknown>>['items'][number];

/**
 * Reads a list page by page. A refresh asks for every loaded page again from the first, so that nothing is missing or twice
 * after a change, and what is on screen stays while it does. A new filter starts at its first page.
 */
export function useApiPages<Key extends PagedKey>(key: Key, input: ApiInput<Key>): ApiPages<ItemOf<Key>> {
  const { params, query: filters } = input as CallInput;
  const list = useInfiniteQuery({
    queryKey: [key, input, 'pages'],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const query = pageParam === null ? filters : { ...filters, cursor: pageParam };
      return (await callEndpoint(key, { params, query, signal })) as Page<ItemOf<Key>>;
    },
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
  });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  return {
    items,
    error: list.error === null ? null : asProblem(list.error),
    hasMore: list.hasNextPage,
    isLoadingMore: list.isFetchingNextPage,
    loadMore: async () => (await list.fetchNextPage()).hasNextPage,
    retry: () => void list.refetch(),
  };
}

/** Changes something: `const save = useApiMutation('POST /api/accounts', { refreshes: ['GET /api/accounts'] })`. */
export function useApiMutation<Key extends ApiKey>(
  key: Key,
  options: {
    /** Reads that this change makes old: they are fetched again. */
    readonly refreshes?: readonly ApiKey[];
    readonly onDone?: (output: ApiOutput<Key>) => void;
    readonly onProblem?: (problem: ApiProblem) => void;
  } = {},
): UseMutationResult<ApiOutput<Key>, ApiProblem, ApiInput<Key>> {
  const refresh = useRefresh();
  return useMutation<ApiOutput<Key>, ApiProblem, ApiInput<Key>>({
    mutationFn: (input) => api(key, ...([input] as unknown as ApiArguments<Key>)),
    onSuccess: async (output) => {
      options.onDone?.(output);
      await refresh(...(options.refreshes ?? []));
    },
    onError: (problem) => options.onProblem?.(asProblem(problem)),
  });
}

/** Reads everything again when the socket missed events that nobody repeats. */
export function useRefreshAfterGap(): void {
  const client = useQueryClient();
  useEffect(() => live.onGap(() => void client.invalidateQueries()), [client]);
}

/** Fetches again every cached read of these endpoints, whatever their input. */
export function useRefresh(): (...keys: readonly ApiKey[]) => Promise<void> {
  const client = useQueryClient();
  return async (...keys) => {
    await Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
  };
}
