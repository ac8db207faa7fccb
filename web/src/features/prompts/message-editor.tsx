import { Plus, Trash2 } from "lucide-react";
import { Button } from "../../ui/button";
import type { Draft } from "./prompt-text";

const ROLES = ["system", "developer", "user", "assistant", "tool"];

const FEWEST_ROWS = 3;
const MOST_ROWS = 16;

/** As high as the text, within bounds. */
function rowsOf(draft: Draft): number {
  const lines = (draft.kind === "plain" ? draft.content : draft.json).split("\n").length;
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, lines));
}

interface MessageEditorProps {
  drafts: Draft[];
  onChange: (drafts: Draft[]) => void;
}

/** The messages of a chat prompt: plain ones as role and text, others as JSON. */
export function MessageEditor({ drafts, onChange }: MessageEditorProps) {
  const replace = (at: number, draft: Draft) => onChange(drafts.with(at, draft));
  const nextRole = drafts.length === 0 ? "system" : "user";
  return (
    <div className="stack message-editor">
      {drafts.map((draft, index) => (
        <fieldset key={index} aria-label={`Message ${index + 1}`}>
          <div className="row">
            {draft.kind === "plain" ? (
              <select
                className="input"
                aria-label={`Role of message ${index + 1}`}
                value={draft.role}
                onChange={(event) => replace(index, { ...draft, role: event.target.value })}
              >
                {[...new Set([...ROLES, draft.role])].map((role) => (
                  <option key={role}>{role}</option>
                ))}
              </select>
            ) : (
              <span className="muted">JSON</span>
            )}
            <span className="grow" />
            <Button
              variant="ghost"
              small
              icon
              aria-label={`Remove message ${index + 1}`}
              onClick={() => onChange(drafts.toSpliced(index, 1))}
            >
              <Trash2 size={14} />
            </Button>
          </div>
          <textarea
            className={draft.kind === "plain" ? "input" : "input mono"}
            aria-label={`Text of message ${index + 1}`}
            rows={rowsOf(draft)}
            value={draft.kind === "plain" ? draft.content : draft.json}
            onChange={(event) =>
              replace(index, draft.kind === "plain" ? { ...draft, content: event.target.value } : { ...draft, json: event.target.value })
            }
          />
        </fieldset>
      ))}
      <div className="row">
        <Button small onClick={() => onChange([...drafts, { kind: "plain", role: nextRole, content: "", rest: {} }])}>
          <Plus size={14} />
          Add message
        </Button>
        <Button
          small
          variant="ghost"
          onClick={() => onChange([...drafts, { kind: "json", json: '{ "type": "placeholder", "name": "history" }' }])}
        >
          Add placeholder
        </Button>
      </div>
    </div>
  );
}
