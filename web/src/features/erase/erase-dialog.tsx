import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { EraseTarget, Erasure } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { plural } from "../../ui/format";
import { messageOf } from "../../ui/states";
import { useProjects } from "../session/session";
import { confirmation, consequence, describeTarget } from "./target";

interface EraseDialogProps {
  target: EraseTarget;
  onClose: () => void;
  /** Called when the dialog is left after the rows are gone. */
  onErased?: () => void;
}

/** Erasing needs something typed: there is no way back. */
export function EraseDialog({ target, onClose, onErased }: EraseDialogProps) {
  const client = useQueryClient();
  const { current } = useProjects();
  const [typed, setTyped] = useState("");
  const erase = useMutation({ mutationFn: () => request<Erasure>(paths.erasures, { method: "POST", body: target }) });
  const needed = confirmation(target, current?.name ?? "");
  const isSure = typed === needed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSure && !erase.isPending) erase.mutate();
  };
  const leave = () => {
    onClose();
    if (!erase.data) return;
    onErased?.();
    // Every view may have shown the rows.
    void client.invalidateQueries();
  };
  return (
    <Dialog title={erase.data ? "Erased" : `Erase ${lowerFirst(describeTarget(target))}?`} onClose={leave}>
      {erase.data ? (
        <div className="stack">
          <p className="notice ok" role="status">
            {plural(erase.data.hidden_spans, "span")} and what belongs to them are hidden from every view. Files lose them within minutes;
            the receipt on the page Retention &amp; erasing says when.
          </p>
          <div className="dialog-actions">
            <Button variant="primary" onClick={leave}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form className="stack" onSubmit={submit}>
          <p className="soft">
            {consequence(target)} They disappear from every view at once and from the files within minutes. This cannot be undone. What is
            sent later is not touched, and backups are not reached.
          </p>
          <label className="field">
            <span>
              Type <b>{needed}</b> to confirm
            </span>
            <input className="input" value={typed} autoFocus autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
          </label>
          {erase.isError && (
            <p className="notice error" role="alert">
              {messageOf(erase.error)}
            </p>
          )}
          <div className="dialog-actions">
            <Button onClick={leave}>Cancel</Button>
            <Button type="submit" variant="danger solid" disabled={!isSure || erase.isPending}>
              Erase
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
