import { Star } from "lucide-react";
import type { Score } from "../../api/types";
import type { Column } from "../../ui/data-table";
import { scoreTitle, scoreTone, scoreValue } from "./score-text";
import "./scores.css";

const MOST_CHIPS = 3;

interface Annotated {
  scores?: Score[];
  bookmarked?: boolean;
}

/** Whether a list has anything for its scores column. */
export function hasFacts(rows: Annotated[]): boolean {
  return rows.some((row) => row.bookmarked || (row.scores?.length ?? 0) > 0);
}

/** What was said about a row: a star, then the newest score of each name. */
export function scoresColumn<T extends Annotated>(): Column<T> {
  return {
    id: "scores",
    header: "Scores",
    width: "minmax(140px, 1fr)",
    from: 760,
    cell: (row) => <ScoreChips row={row} />,
  };
}

export function ScoreChips({ row }: { row: Annotated }) {
  const scores = newestOfEachName(row.scores ?? []);
  const comments = (row.scores ?? []).filter((score) => score.kind === "comment").length;
  const more = scores.slice(MOST_CHIPS);
  return (
    <span className="score-chips" title={scores.map(scoreTitle).join("\n") || undefined}>
      {row.bookmarked && <Star size={13} className="score-star" role="img" aria-label="Bookmarked" />}
      {scores.slice(0, MOST_CHIPS).map((score) => (
        <span key={score.score_id} className={`badge ${scoreTone(score) ?? ""}`}>
          <span className="muted truncate">{score.name}</span> <b className="num truncate">{scoreValue(score)}</b>
        </span>
      ))}
      {more.length > 0 && <span className="muted num">+{more.length}</span>}
      {comments > 0 && <span className="badge">{comments === 1 ? "1 comment" : `${comments} comments`}</span>}
    </span>
  );
}

function newestOfEachName(scores: Score[]): Score[] {
  const seen = new Set<string>();
  return scores.filter((score) => score.kind === "score" && !seen.has(score.name) && seen.add(score.name));
}
