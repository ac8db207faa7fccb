import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { retryUnlessRefused } from "../../api/queries";
import type { ExperimentResult, Page } from "../../api/types";

const PAGE_ROWS = 500;
/** A comparison of more would not be read. */
const MOST_PAGES = 20;

/** All results of an experiment, read page by page. */
export function useAllResults(experiment: string) {
  const query = useInfiniteQuery({
    queryKey: [paths.results(experiment), "all"],
    queryFn: ({ pageParam, signal }) =>
      request<Page<ExperimentResult>>(paths.results(experiment), { query: { limit: PAGE_ROWS, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page, pages) => (pages.length < MOST_PAGES ? (page.next_cursor ?? null) : null),
    enabled: experiment !== "",
    retry: retryUnlessRefused,
  });
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage, data]);
  const results = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    results,
    /** There are more than a comparison shows. */
    isCut: !hasNextPage && data?.pages.at(-1)?.next_cursor != null,
    isComplete: !query.isPending && !hasNextPage,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}
