import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Page, Score } from "../../api/types";
import { BookmarkButton } from "./bookmark-button";
import { ScoreChips } from "./score-chips";

const SHOWN = 20;

/** What is attached to the trace itself: its star and its scores. Asked for by itself, so that a change reloads no spans. */
export function TraceScores({ traceId }: { traceId: string }) {
  const read = useRead<Page<Score>>(paths.scores, { trace_id: traceId, filter: "target:trace", limit: SHOWN }, { keep: false });
  if (!read.data) return null;
  return (
    <>
      <BookmarkButton target={{ target: "trace", trace_id: traceId }} scores={read.data.items} what="trace" />
      <ScoreChips row={{ scores: read.data.items }} />
    </>
  );
}
