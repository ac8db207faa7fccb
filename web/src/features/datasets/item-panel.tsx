import { Pencil, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Dataset, DatasetItem } from "../../api/types";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { formatTime, shortId } from "../../ui/format";
import { messageOf } from "../../ui/states";
import { useChange } from "../library/use-change";
import { ValueSection } from "../library/value-view";
import { ItemDialog } from "./item-dialog";

interface ItemPanelProps {
  dataset: Dataset;
  item: DatasetItem;
  onClose: () => void;
}

/** One item as a whole, with ways to change and delete it. */
export function ItemPanel({ dataset, item, onClose }: ItemPanelProps) {
  const [isEditing, setEditing] = useState(false);
  const [isSure, setSure] = useState(false);
  const remove = useChange(paths.datasets, () => request<void>(paths.datasetItem(dataset.id, item.id), { method: "DELETE" }), onClose);
  return (
    <aside className="split-panel" aria-label={`Item ${item.id}`}>
      <header>
        <h2 className="truncate" title={item.id}>
          {item.id.length > 20 ? shortId(item.id) : item.id}
        </h2>
        <CopyButton text={item.id} label="Copy item id" />
        {item.status === "archived" && <Badge tone="warn">Archived</Badge>}
        <span className="grow" />
        {isSure ? (
          <>
            <Button small onClick={() => setSure(false)}>
              Keep
            </Button>
            <Button small variant="danger solid" disabled={remove.isPending} onClick={() => remove.mutate(undefined)}>
              Delete item
            </Button>
          </>
        ) : (
          <>
            <Button small onClick={() => setEditing(true)}>
              <Pencil size={13} />
              Edit
            </Button>
            <Button small icon variant="ghost" aria-label="Delete this item" onClick={() => setSure(true)}>
              <Trash2 size={14} />
            </Button>
            <Button small icon variant="ghost" aria-label="Close the item" onClick={onClose}>
              <X size={15} />
            </Button>
          </>
        )}
      </header>
      {remove.isError && (
        <p className="notice error" role="alert">
          It was not deleted: {messageOf(remove.error)}
        </p>
      )}
      <ValueSection title="Input" value={item.input} always />
      <ValueSection title="Expected output" value={item.expected_output} always />
      <ValueSection title="Context" value={item.context} />
      <ValueSection title="Metadata" value={item.metadata} />
      <p className="muted">
        Changed {formatTime(item.updated_at, { seconds: true })}
        {item.source_trace_id && (
          <>
            {" · "}
            <Link className="link" to={traceHref(item.source_trace_id, item.source_span_id)}>
              taken from a trace
            </Link>
          </>
        )}
      </p>
      {isEditing && <ItemDialog dataset={dataset} item={item} onClose={() => setEditing(false)} onDone={() => setEditing(false)} />}
    </aside>
  );
}

export function traceHref(trace: string, span?: string | null): string {
  const path = `/traces/${encodeURIComponent(trace)}`;
  return span ? `${path}?${new URLSearchParams({ span })}` : path;
}
