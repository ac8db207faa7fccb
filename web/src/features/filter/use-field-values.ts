import { useQuery } from "@tanstack/react-query";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { FieldValue, Items } from "../../api/types";
import { useTimeRange } from "../time-range/range-context";
import type { RowKind } from "./fields";

const MOST_VALUES = 100;
const FRESH_MS = 30_000;

/** Values of a field in the chosen time range, most frequent first. */
export function useFieldValues(kind: RowKind, field: string | null) {
  const { from, to } = useTimeRange();
  return useQuery({
    queryKey: ["field-values", kind, field, from, to],
    queryFn: async ({ signal }) => {
      const query = { kind, from, to, limit: MOST_VALUES };
      return (await request<Items<FieldValue>>(paths.fieldValues(field ?? ""), { query, signal })).items;
    },
    enabled: field !== null,
    staleTime: FRESH_MS,
    retry: false,
  });
}
