import { Plus } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { paths } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { Dataset } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { DatasetDialog } from "../features/datasets/dataset-dialog";
import { Button } from "../ui/button";
import type { Column } from "../ui/data-table";
import { formatAgo, formatCount, formatTime, plural } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";

const PAGE_ROWS = 100;

const COLUMNS: Column<Dataset>[] = [
  { id: "name", header: "Name", width: "minmax(180px, 1fr)", cell: (dataset) => <b className="trace-name">{dataset.name}</b> },
  {
    id: "description",
    header: "Description",
    width: "minmax(160px, 1.6fr)",
    from: 620,
    cell: (dataset) => <span className="soft">{dataset.description}</span>,
  },
  { id: "items", header: "Items", width: "80px", end: true, cell: (dataset) => formatCount(dataset.item_count) },
  {
    id: "updated",
    header: "Changed",
    width: "96px",
    end: true,
    cell: (dataset) => (
      <span className="muted" title={formatTime(dataset.updated_at, { seconds: true })}>
        {formatAgo(dataset.updated_at)}
      </span>
    ),
  },
];

export default function DatasetsPage() {
  const result = useRows<Dataset>(paths.datasets, { limit: PAGE_ROWS });
  const [isCreating, setCreating] = useState(false);
  const navigate = useNavigate();
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus size={14} />
      New dataset
    </Button>
  );
  return (
    <Page
      title="Datasets"
      subtitle={result.total ? plural(result.total, "dataset") : "Cases to try: inputs, and what should come out"}
      locked
      actions={create}
    >
      <RowsCard
        label="Datasets"
        result={result}
        columns={COLUMNS}
        rowKey={(dataset) => dataset.id}
        rowHref={(dataset) => `/datasets/${encodeURIComponent(dataset.id)}`}
        foot="All datasets"
        empty={
          <Empty title="No datasets yet" action={create}>
            Create one here and import a file, or let an SDK push its goldens.
          </Empty>
        }
      />
      {isCreating && (
        <DatasetDialog
          onClose={() => setCreating(false)}
          onDone={(dataset) => void navigate(`/datasets/${encodeURIComponent(dataset.id)}`)}
        />
      )}
    </Page>
  );
}
