import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Project } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";

/** Deleting needs the name typed: there is no way back. */
export function DeleteProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => request<void>(paths.project(project.id), { method: "DELETE" }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [paths.projects] });
      onClose();
    },
  });
  const isSure = typed === project.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSure) remove.mutate();
  };
  return (
    <Dialog title={`Delete ${project.name}?`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="soft">
          Its data disappears from every view at once and from the files soon after, and its keys stop working. This cannot be undone.
        </p>
        <label className="field">
          <span>
            Type <b>{project.name}</b> to confirm
          </span>
          <input className="input" value={typed} autoFocus autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        </label>
        {remove.isError && (
          <p className="notice error" role="alert">
            {messageOf(remove.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger solid" disabled={!isSure || remove.isPending}>
            Delete project
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
