/** What an erasure names, in words. */
import type { EraseTarget, Erasure } from "../../api/types";
import type { Tone } from "../../ui/badge";
import { formatTime, shortId } from "../../ui/format";

/** What stands in for a name that is too long, or not one, when an erasure is confirmed. */
const WORD = "erase";
const LONGEST_TYPED = 60;

export function describeTarget(target: EraseTarget): string {
  switch (target.by) {
    case "trace":
      return `Trace ${shortId(target.trace_id)}`;
    case "session":
      return `Session ${target.session_id}`;
    case "user":
      return `User ${target.user_id}`;
    case "filter":
      return `Spans that match ${target.filter}${range(target.from, target.to)}`;
    case "project":
      return "The whole project";
  }
}

function range(from: string | null | undefined, to: string | null | undefined): string {
  if (from && to) return `, from ${formatTime(from)} to ${formatTime(to)}`;
  if (from) return `, from ${formatTime(from)} on`;
  if (to) return `, before ${formatTime(to)}`;
  return "";
}

/** What goes with it, for people who are about to confirm. */
export function consequence(target: EraseTarget): string {
  switch (target.by) {
    case "trace":
      return "Its spans, its log records and the scores about it.";
    case "session":
      return "Everything that names the session, and every trace with a span of it.";
    case "user":
      return "Everything that names the user, and every trace with a span of that user.";
    case "filter":
      return "The spans that match and the scores about them. The rest of their traces stays.";
    case "project":
      return "Every span, log record, metric point and score that the project has now. The project and its keys stay.";
  }
}

/** What has to be typed before anything is erased. */
export function confirmation(target: EraseTarget, projectName: string): string {
  const name =
    target.by === "user" ? target.user_id : target.by === "session" ? target.session_id : target.by === "project" ? projectName : WORD;
  // A name with blanks around it, or of a page's length, could not be typed.
  return name.length <= LONGEST_TYPED && name.trim() === name && name !== "" ? name : WORD;
}

export const STATES: Record<Erasure["state"], { label: string; tone: Tone; means: string }> = {
  hidden: { label: "Hidden", tone: "accent", means: "No view shows the rows any more; files still hold them." },
  rewritten: { label: "Rewritten", tone: "accent", means: "No live file holds them; replaced files wait for their last reader." },
  erased: { label: "Erased", tone: "ok", means: "No file of the store holds them." },
};

/** The rows of a receipt are still somewhere. */
export function isUnderWay(erasure: Erasure): boolean {
  return erasure.state !== "erased";
}
