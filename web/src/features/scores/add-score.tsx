import { useState, type FormEvent } from "react";
import type { ScoreTarget } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { messageOf } from "../../ui/states";
import { readValue } from "./score-text";
import { useScoreChanges, type NewScore } from "./use-scores";

const KINDS = [
  { value: "score", label: "Score" },
  { value: "comment", label: "Comment" },
] as const;
const LONGEST_COMMENT = 8_000;
const LONGEST_NAME = 200;

/** A score under a name, or a comment. The same name again replaces the earlier score. */
export function AddScore({ target }: { target: ScoreTarget }) {
  const { add } = useScoreChanges(target);
  const [kind, setKind] = useState<"score" | "comment">("score");
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [comment, setComment] = useState("");
  const score = newScore(kind, name.trim(), value, comment.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!score) return;
    add.mutate(score, {
      onSuccess: () => {
        setValue("");
        setComment("");
      },
    });
  };
  return (
    <form className="stack add-score" aria-label="Add a score or a comment" onSubmit={submit}>
      <div className="row wrap">
        <Segmented label="What to add" value={kind} options={KINDS} onChange={setKind} />
        {kind === "score" && (
          <>
            <input
              className="input"
              aria-label="Name of the score"
              placeholder="quality"
              value={name}
              maxLength={LONGEST_NAME}
              onChange={(event) => setName(event.target.value)}
            />
            <input
              className="input"
              aria-label="Number or label"
              placeholder="0.8 or good"
              value={value}
              maxLength={LONGEST_NAME}
              onChange={(event) => setValue(event.target.value)}
            />
          </>
        )}
      </div>
      <textarea
        className="input"
        aria-label={kind === "score" ? "Reason" : "Comment"}
        placeholder={kind === "score" ? "Why (optional)" : "What should others know about this call?"}
        rows={2}
        maxLength={LONGEST_COMMENT}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      {add.isError && (
        <p className="notice error" role="alert">
          {messageOf(add.error)}
        </p>
      )}
      <div className="row">
        <Button type="submit" variant="primary" small disabled={!score || add.isPending}>
          {kind === "score" ? "Add score" : "Add comment"}
        </Button>
      </div>
    </form>
  );
}

/** `null` while something is missing. */
function newScore(kind: "score" | "comment", name: string, value: string, comment: string): NewScore | null {
  if (kind === "comment") return comment ? { kind, comment } : null;
  if (!name || !value.trim()) return null;
  return { kind, name, ...readValue(value), ...(comment ? { comment } : {}) };
}
