import { FileUp } from "lucide-react";
import { useState } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Dataset, DatasetItem, Items } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { formatCount, plural } from "../../ui/format";
import { messageOf } from "../../ui/states";
import { previewOf } from "../library/values";
import { useChange } from "../library/use-change";
import { batchesOf, readItems, type ItemToPut } from "./import-file";
import "./datasets.css";

/** A file is read in the page's memory. */
const MOST_BYTES = 50 * 1024 * 1024;
const SHOWN_ITEMS = 5;

interface Chosen {
  name: string;
  items: ItemToPut[];
  problem: string | null;
}

/** Items from a file of JSON lines, JSON or CSV: read here, shown, and sent in batches. */
export function ImportDialog({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [sent, setSent] = useState(0);
  const send = useChange(
    paths.datasets,
    async (items: ItemToPut[]) => {
      let stored = 0;
      for (const batch of batchesOf(items)) {
        const answer = await request<Items<DatasetItem>>(paths.datasetItems(dataset.id), { method: "POST", body: { items: batch } });
        stored += answer.items.length;
        setSent(stored);
      }
      return stored;
    },
    onClose,
  );
  const choose = async (file: File | undefined) => {
    if (!file) return;
    send.reset();
    setSent(0);
    setChosen(await read(file));
  };
  const items = chosen?.items ?? [];
  return (
    <Dialog title={`Import into ${dataset.name}`} onClose={onClose} wide>
      <div className="stack">
        <p className="soft">
          JSON lines, a JSON list, or CSV with a header. The columns <code>input</code>, <code>expected_output</code>, <code>context</code>,{" "}
          <code>metadata</code> and <code>id</code> are taken as such; others become metadata. Without an input, a row is the input. Items
          with an id take the place of those that have it.
        </p>
        <label className="drop">
          <FileUp size={18} />
          <span>{chosen ? chosen.name : "Choose a file"}</span>
          <input
            className="visually-hidden"
            type="file"
            accept=".jsonl,.ndjson,.json,.csv"
            aria-label="File"
            onChange={(event) => void choose(event.target.files?.[0])}
          />
        </label>
        {chosen?.problem && (
          <p className="notice error" role="alert">
            {chosen.problem}
          </p>
        )}
        {items.length > 0 && (
          <div className="plain-table-scroll">
            <table className="plain-table" aria-label="Preview">
              <thead>
                <tr>
                  <th>Input</th>
                  <th>Expected output</th>
                </tr>
              </thead>
              <tbody>
                {items.slice(0, SHOWN_ITEMS).map((item, index) => (
                  <tr key={index}>
                    <td className="import-cell truncate">{previewOf(item.input)}</td>
                    <td className="import-cell truncate soft">{previewOf(item.expected_output)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {send.isError && (
          <p className="notice error" role="alert">
            {messageOf(send.error)} {sent > 0 && `The first ${plural(sent, "item")} were stored.`}
          </p>
        )}
        <div className="dialog-actions">
          {send.isPending && (
            <span className="muted num grow" role="status">
              {formatCount(sent)} of {formatCount(items.length)} stored
            </span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={items.length === 0 || send.isPending} onClick={() => send.mutate(items)}>
            {items.length > 0 ? `Import ${plural(items.length, "item")}` : "Import"}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

async function read(file: File): Promise<Chosen> {
  if (file.size > MOST_BYTES) return { name: file.name, items: [], problem: "The file is larger than 50 MiB: use the API." };
  try {
    const items = readItems(file.name, await file.text());
    return { name: file.name, items, problem: items.length === 0 ? "The file has no rows." : null };
  } catch (error) {
    return { name: file.name, items: [], problem: `The file cannot be read: ${messageOf(error)}` };
  }
}
