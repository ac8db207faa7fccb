import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Dataset } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";
import { useChange } from "../library/use-change";

interface DatasetDialogProps {
  /** The dataset to change; none for a new one. */
  dataset?: Dataset;
  onClose: () => void;
  onDone: (dataset: Dataset) => void;
}

/** Name and description of a dataset. */
export function DatasetDialog({ dataset, onClose, onDone }: DatasetDialogProps) {
  const [name, setName] = useState(dataset?.name ?? "");
  const [description, setDescription] = useState(dataset?.description ?? "");
  const save = useChange(
    paths.datasets,
    (body: Record<string, unknown>) =>
      dataset
        ? request<Dataset>(paths.dataset(dataset.id), { method: "PATCH", body })
        : request<Dataset>(paths.datasets, { method: "POST", body }),
    onDone,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && !save.isPending) save.mutate({ name: name.trim(), description: description.trim() });
  };
  return (
    <Dialog title={dataset ? "Rename dataset" : "New dataset"} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            maxLength={200}
            autoFocus
            placeholder="support questions"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Description</span>
          <textarea
            className="input"
            rows={3}
            value={description}
            placeholder="optional"
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
        {save.isError && (
          <p className="notice error" role="alert">
            {messageOf(save.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!name.trim() || save.isPending}>
            {dataset ? "Save" : "Create dataset"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
