import { MessageSquare, Trash2 } from "lucide-react";
import type { Score, ScoreTarget } from "../../api/types";
import { Button } from "../../ui/button";
import { formatTime } from "../../ui/format";
import { messageOf } from "../../ui/states";
import { AddScore } from "./add-score";
import { scoreAuthor, scoreThreshold, scoreTone, scoreValue } from "./score-text";
import { useScoreChanges } from "./use-scores";
import "./scores.css";

/** As many as the server shows with a span: there may be more. */
const MOST_SHOWN = 20;

/** Scores and comments of a span, and a form to add to them. */
export function ScoreList({ target, scores }: { target: ScoreTarget; scores: Score[] }) {
  const { remove } = useScoreChanges(target);
  const shown = scores.filter((score) => score.kind !== "bookmark");
  return (
    <div className="stack">
      {shown.length === 0 && <p className="muted">No scores and no comments yet.</p>}
      <ul className="score-list" aria-label="Scores and comments">
        {shown.map((score) => (
          <ScoreRow key={score.score_id} score={score} onRemove={() => remove.mutate([score])} isBusy={remove.isPending} />
        ))}
      </ul>
      {scores.length >= MOST_SHOWN && <p className="muted">The newest are shown; GET /api/v1/scores has all of them.</p>}
      {remove.isError && (
        <p className="notice error" role="alert">
          It was not removed: {messageOf(remove.error)}
        </p>
      )}
      <AddScore target={target} />
    </div>
  );
}

interface ScoreRowProps {
  score: Score;
  isBusy: boolean;
  onRemove: () => void;
}

function ScoreRow({ score, isBusy, onRemove }: ScoreRowProps) {
  const isComment = score.kind === "comment";
  const threshold = scoreThreshold(score);
  return (
    <li>
      <header>
        {isComment ? <MessageSquare size={13} /> : <b className="truncate">{score.name}</b>}
        {!isComment && <span className={`badge ${scoreTone(score) ?? "accent"} num`}>{scoreValue(score)}</span>}
        {threshold !== null && <span className="muted num">of at least {threshold}</span>}
        <span className="muted truncate">
          {scoreAuthor(score)} · {formatTime(score.timestamp)}
        </span>
        <span className="grow" />
        <Button
          variant="ghost"
          small
          icon
          aria-label={isComment ? "Remove this comment" : `Remove the score ${score.name}`}
          disabled={isBusy}
          onClick={onRemove}
        >
          <Trash2 size={14} />
        </Button>
      </header>
      {score.comment && <p className="score-comment">{score.comment}</p>}
    </li>
  );
}
