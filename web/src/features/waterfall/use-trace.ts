import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { retryUnlessRefused } from "../../api/queries";
import type { SpanSummary, TraceDetail } from "../../api/types";

const PAGE_SPANS = 1_000;
const NONE: SpanSummary[] = [];

/** A trace, read page by page until it is whole; what has arrived can be used meanwhile. */
export function useTrace(traceId: string) {
  const query = useInfiniteQuery({
    queryKey: [paths.trace(traceId)],
    queryFn: ({ pageParam, signal }) =>
      request<TraceDetail>(paths.trace(traceId), { query: { limit: PAGE_SPANS, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    // Comparing a hundred pages with themselves after each new one would cost more than it saves.
    structuralSharing: false,
    retry: retryUnlessRefused,
    refetchOnWindowFocus: false,
  });
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage, data]);

  const isComplete = !hasNextPage && !query.isPending;
  const spans = useMemo(() => data?.pages.flatMap((page) => page.spans) ?? NONE, [data]);
  return {
    trace: data?.pages[0],
    spans: useGrowing(spans, isComplete),
    loaded: spans.length,
    error: query.error,
    isLoading: query.isPending,
    isComplete,
    refetch: () => void query.refetch(),
  };
}

const GROWTH = 1.6;

/** Passes a growing list on only when it has grown by much or is whole: laying it out after each of many pages would be quadratic. */
function useGrowing(spans: SpanSummary[], isComplete: boolean): SpanSummary[] {
  const shown = useRef(spans);
  const isOther = spans[0] !== shown.current[0];
  if (isComplete || isOther || spans.length >= shown.current.length * GROWTH) shown.current = spans;
  return shown.current;
}
