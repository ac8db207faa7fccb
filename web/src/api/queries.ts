/** Reading from the server, cached per project. */
import { keepPreviousData, useInfiniteQuery, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { request, type QueryParams } from "./client";
import { ApiError } from "./problem";
import type { Page } from "./types";

interface ReadOptions {
  enabled?: boolean;
  /** Ask again this often, in milliseconds. */
  every?: number;
  /** Changes whenever the answer should be asked for again. */
  version?: number;
  /** Show the last answer while the next one is on its way. */
  keep?: boolean;
  /** Statuses whose body is an answer, such as the 503 of an unhealthy server. */
  accept?: number[];
}

export function useRead<T>(path: string, query?: QueryParams, options: ReadOptions = {}): UseQueryResult<T> {
  const { enabled = true, every, version, keep = true, accept } = options;
  return useQuery<T>({
    queryKey: [path, query ?? {}, version ?? 0],
    queryFn: ({ signal }) => request<T>(path, { query, signal, ...(accept ? { accept } : {}) }),
    enabled,
    retry: retryUnlessRefused,
    ...(every ? { refetchInterval: every } : {}),
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  });
}

export interface Rows<T> {
  rows: T[];
  error: unknown;
  /** Nothing to show yet. */
  isPending: boolean;
  isFetching: boolean;
  hasMore: boolean;
  /** Rows of all pages, where the list says so. */
  total: number | null;
  /** How far a search came that ran out of time; loading more goes on from there. Null when it is not held up. */
  searchedUntil: string | null;
  isLoadingMore: boolean;
  loadMore: () => void;
  refetch: () => void;
}

/** A list read page by page, newest first. */
export function useRows<T>(path: string, query: QueryParams, options: { enabled?: boolean; version?: number } = {}): Rows<T> {
  const result = useInfiniteQuery({
    queryKey: [path, "pages", query, options.version ?? 0],
    queryFn: ({ pageParam, signal }) => request<Page<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    retry: retryUnlessRefused,
  });
  return {
    rows: result.data?.pages.flatMap((page) => page.items) ?? [],
    error: result.error,
    isPending: result.isPending,
    isFetching: result.isFetching,
    hasMore: result.hasNextPage,
    total: result.data?.pages[0]?.total ?? null,
    searchedUntil: result.data?.pages.at(-1)?.searched_until ?? null,
    isLoadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
    refetch: () => void result.refetch(),
  };
}

const MOST_RETRIES = 2;

/** Asking again does not change a refusal (4xx), except that of a busy server. */
export function retryUnlessRefused(failures: number, error: unknown): boolean {
  if (error instanceof ApiError && error.status < 500 && error.status !== 429) return false;
  return failures < MOST_RETRIES;
}
