import { Pause, Play } from "lucide-react";
import type { LiveState } from "../../api/live";
import { Button } from "../../ui/button";

interface LiveToggleProps {
  on: boolean;
  state: LiveState;
  onChange: (on: boolean) => void;
  small?: boolean;
}

const WORDS: Record<LiveState, string> = { connecting: "Connecting", live: "Live", lost: "Reconnecting", refused: "Not live" };

/** Shows whether rows arrive as they happen, and stops or starts that. */
export function LiveToggle({ on, state, onChange, small = false }: LiveToggleProps) {
  const words = on ? WORDS[state] : "Go live";
  return (
    <Button
      small={small}
      aria-pressed={on}
      title={state === "refused" ? "Live updates take no /patterns/ in the filter" : on ? "Pause live updates" : "Resume live updates"}
      onClick={() => onChange(!on)}
    >
      {on ? <span className={state === "live" ? "dot ok pulse" : "dot warn"} /> : <Play size={13} />}
      {words}
      {on && <Pause size={13} />}
    </Button>
  );
}
