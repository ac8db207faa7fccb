import { Eraser } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { EraseTarget } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { chosenTarget, type Draft } from "./draft";
import { EraseDialog } from "./erase-dialog";
import "./erase.css";

type By = EraseTarget["by"];

const KINDS: readonly { value: By; label: string }[] = [
  { value: "user", label: "User" },
  { value: "session", label: "Session" },
  { value: "trace", label: "Trace" },
  { value: "filter", label: "Filter" },
  { value: "project", label: "Whole project" },
];

const NAMES: Record<Exclude<By, "project">, { label: string; placeholder: string }> = {
  user: { label: "User id", placeholder: "ada" },
  session: { label: "Session id", placeholder: "s-1" },
  trace: { label: "Trace id", placeholder: "4bf92f3577b34da6a3ce929d0e0e4736" },
  filter: { label: "Filter", placeholder: 'env:test "account number"' },
};

/** Chooses what goes; the dialog asks whether it is meant. */
export function EraseForm() {
  const [draft, setDraft] = useState<Draft>({ by: "user", name: "", from: "", to: "" });
  const [target, setTarget] = useState<EraseTarget | null>(null);
  const change = (over: Partial<Draft>) => setDraft((before) => ({ ...before, ...over }));
  const chosen = chosenTarget(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen.target) setTarget(chosen.target);
  };
  return (
    <>
      <form className="stack erase-form" onSubmit={submit} aria-label="Erase">
        <div>
          <Segmented label="Erase by" value={draft.by} options={KINDS} onChange={(by) => change({ by })} />
        </div>
        {draft.by !== "project" && (
          <label className="field">
            <span>{NAMES[draft.by].label}</span>
            <input
              className="input"
              value={draft.name}
              autoComplete="off"
              spellCheck={false}
              placeholder={NAMES[draft.by].placeholder}
              onChange={(event) => change({ name: event.target.value })}
            />
          </label>
        )}
        {draft.by === "filter" && (
          <div className="erase-times">
            <label className="field">
              <span>
                From <span className="hint">(UTC, optional)</span>
              </span>
              <input
                className="input"
                type="datetime-local"
                value={draft.from}
                onChange={(event) => change({ from: event.target.value })}
              />
            </label>
            <label className="field">
              <span>
                To <span className="hint">(UTC, optional)</span>
              </span>
              <input className="input" type="datetime-local" value={draft.to} onChange={(event) => change({ to: event.target.value })} />
            </label>
          </div>
        )}
        {chosen.problem && draft.name !== "" && <p className="notice warn">{chosen.problem}</p>}
        <div>
          <Button type="submit" variant="danger" disabled={!chosen.target}>
            <Eraser size={14} />
            Erase…
          </Button>
        </div>
      </form>
      {/* Beside the form: forms do not nest. */}
      {target && <EraseDialog target={target} onClose={() => setTarget(null)} onErased={() => change({ name: "", from: "", to: "" })} />}
    </>
  );
}
