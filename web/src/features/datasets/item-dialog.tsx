import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Dataset, DatasetItem, Items } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";
import { useChange } from "../library/use-change";
import { ValueField } from "../library/value-field";
import { readValue, writeValue } from "../library/values";

const STATES = [
  { value: "active", label: "Active" },
  { value: "archived", label: "Archived" },
] as const;

interface ItemDialogProps {
  dataset: Dataset;
  /** The item to change; none for a new one. */
  item?: DatasetItem;
  onClose: () => void;
  onDone: (item: DatasetItem) => void;
}

/** An item of a dataset: text, or JSON where it is JSON. */
export function ItemDialog({ dataset, item, onClose, onDone }: ItemDialogProps) {
  const [input, setInput] = useState(writeValue(item?.input));
  const [expected, setExpected] = useState(writeValue(item?.expected_output));
  const [context, setContext] = useState(writeValue(item?.context));
  const [metadata, setMetadata] = useState(writeValue(item?.metadata));
  const [status, setStatus] = useState<"active" | "archived">(item?.status ?? "active");
  const save = useChange(
    paths.datasets,
    async (body: Record<string, unknown>) => {
      if (item) return request<DatasetItem>(paths.datasetItem(dataset.id, item.id), { method: "PUT", body });
      const stored = await request<Items<DatasetItem>>(paths.datasetItems(dataset.id), { method: "POST", body: { items: [body] } });
      const [made] = stored.items;
      if (!made) throw new Error("The server stored nothing.");
      return made;
    },
    onDone,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (input.trim() === "" || save.isPending) return;
    save.mutate({
      status,
      input: readValue(input),
      expected_output: readValue(expected),
      context: readValue(context),
      metadata: readValue(metadata),
      // What the form does not show stays.
      ...(item?.source_trace_id ? { source_trace_id: item.source_trace_id } : {}),
      ...(item?.source_span_id ? { source_span_id: item.source_span_id } : {}),
    });
  };
  return (
    <Dialog title={item ? "Edit item" : `New item of ${dataset.name}`} onClose={onClose} wide>
      <form className="stack" onSubmit={submit}>
        <ValueField label="Input" hint="text, or JSON" rows={5} value={input} onChange={setInput} autoFocus />
        <ValueField label="Expected output" hint="optional" rows={4} value={expected} onChange={setExpected} />
        <ValueField label="Context" hint="optional: what else belongs to the case" rows={2} value={context} onChange={setContext} />
        <ValueField label="Metadata" hint="optional" rows={2} value={metadata} onChange={setMetadata} />
        <div className="row">
          <Segmented label="Status" value={status} options={STATES} onChange={setStatus} />
          <span className="muted">Archived items are kept, and left out of experiments.</span>
        </div>
        {save.isError && (
          <p className="notice error" role="alert">
            {messageOf(save.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={input.trim() === "" || save.isPending}>
            {item ? "Save item" : "Add item"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
