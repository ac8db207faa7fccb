import { Star } from "lucide-react";
import type { Score, ScoreTarget } from "../../api/types";
import { Button } from "../../ui/button";
import { messageOf } from "../../ui/states";
import { useScoreChanges } from "./use-scores";
import "./scores.css";

interface BookmarkButtonProps {
  target: ScoreTarget;
  scores: Score[];
  /** What is bookmarked, for the label: "span", "trace". */
  what: string;
}

/** A star to set and to take away, whoever set it. */
export function BookmarkButton({ target, scores, what }: BookmarkButtonProps) {
  const { add, remove } = useScoreChanges(target);
  const bookmarks = scores.filter((score) => score.kind === "bookmark");
  const isSet = bookmarks.length > 0;
  const error = add.error ?? remove.error;
  const label = error
    ? `The bookmark was not changed: ${messageOf(error)}`
    : isSet
      ? `Remove the bookmark of this ${what}`
      : `Bookmark this ${what}`;
  return (
    <Button
      variant="ghost"
      small
      icon
      className={isSet ? "bookmark set" : "bookmark"}
      aria-label={label}
      aria-pressed={isSet}
      aria-invalid={error ? true : undefined}
      disabled={add.isPending || remove.isPending}
      onClick={() => (isSet ? remove.mutate(bookmarks) : add.mutate({ kind: "bookmark" }))}
    >
      <Star size={15} />
    </Button>
  );
}
