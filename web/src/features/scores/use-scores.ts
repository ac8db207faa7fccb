import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Score, ScoreTarget } from "../../api/types";

/** What a person adds in the dashboard. */
export type NewScore =
  | { kind: "score"; name: string; value?: number; label?: string; comment?: string }
  | { kind: "comment"; comment: string }
  | { kind: "bookmark" };

interface Stored {
  accepted: number;
  rejected: { field: string; error: string }[];
}

/** Adding to and taking from what is attached to a span, a trace or a session. */
export function useScoreChanges(target: ScoreTarget) {
  const client = useQueryClient();
  // Lists show chips and stars too. The trace's own pages are left: a hundred of them may be loaded.
  const refresh = () => {
    const shown = [paths.scores, paths.spans, paths.traces, paths.sessions];
    const span = target.target === "span" ? [paths.span(target.trace_id, target.span_id)] : [];
    return Promise.all([...span, ...shown].map((path) => client.invalidateQueries({ queryKey: [path] })));
  };
  const add = useMutation({
    mutationFn: async (score: NewScore) => {
      const stored = await request<Stored>(paths.scores, { method: "POST", body: { ...target, ...score, source: "human" } });
      const refused = stored.rejected[0];
      if (refused) throw new Error(`${refused.field}: ${refused.error}`);
    },
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: (scores: Score[]) => Promise.all(scores.map((score) => request<void>(paths.score(score.score_id), { method: "DELETE" }))),
    onSettled: refresh,
  });
  return { add, remove };
}
