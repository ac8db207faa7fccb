import type { FormEvent, ReactNode } from "react";
import { useState } from "react";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";

interface ConfirmDeleteProps {
  /** `prompt`, `dataset`, … */
  what: string;
  name: string;
  children: ReactNode;
  isPending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Deleting something whole needs its name typed: there is no way back. */
export function ConfirmDelete({ what, name, children, isPending, error, onConfirm, onClose }: ConfirmDeleteProps) {
  const [typed, setTyped] = useState("");
  const isSure = typed === name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSure && !isPending) onConfirm();
  };
  return (
    <Dialog title={`Delete ${name}?`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="soft">{children} This cannot be undone.</p>
        <label className="field">
          <span>
            Type <b>{name}</b> to confirm
          </span>
          <input className="input" value={typed} autoFocus autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        </label>
        {error !== null && error !== undefined && (
          <p className="notice error" role="alert">
            {messageOf(error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger solid" disabled={!isSure || isPending}>
            Delete {what}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
