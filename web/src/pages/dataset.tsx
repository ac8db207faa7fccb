import { ArrowLeft, FileUp, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { request } from "../api/client";
import { paths } from "../api/endpoints";
import { ApiError } from "../api/problem";
import { useRead, useRows } from "../api/queries";
import type { Dataset, DatasetItem } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { DatasetDialog } from "../features/datasets/dataset-dialog";
import { ImportDialog } from "../features/datasets/import-dialog";
import { ItemDialog } from "../features/datasets/item-dialog";
import { ItemPanel } from "../features/datasets/item-panel";
import { ConfirmDelete } from "../features/library/confirm-delete";
import { useChange } from "../features/library/use-change";
import { previewOf } from "../features/library/values";
import { Badge } from "../ui/badge";
import { Button, Segmented } from "../ui/button";
import type { Column } from "../ui/data-table";
import { plural } from "../ui/format";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import "../features/datasets/datasets.css";
import "../features/library/library.css";

const PAGE_ROWS = 200;

type Open = "rename" | "add" | "import" | "delete" | null;

const STATES = [
  { value: "", label: "All" },
  { value: "active", label: "Active" },
  { value: "archived", label: "Archived" },
] as const;

const COLUMNS: Column<DatasetItem>[] = [
  { id: "position", header: "#", width: "40px", cell: (item) => <span className="muted num">{item.position + 1}</span> },
  {
    id: "input",
    header: "Input",
    width: "minmax(160px, 1.4fr)",
    isLink: true,
    cell: (item) => <span className={item.status === "archived" ? "item-archived" : undefined}>{previewOf(item.input)}</span>,
  },
  {
    id: "expected",
    header: "Expected output",
    width: "minmax(120px, 1fr)",
    from: 480,
    cell: (item) => <span className="soft">{previewOf(item.expected_output)}</span>,
  },
  {
    id: "status",
    header: "Status",
    width: "84px",
    from: 760,
    cell: (item) => (item.status === "archived" ? <Badge tone="warn">Archived</Badge> : <span className="muted">Active</span>),
  },
];

export default function DatasetPage() {
  const { dataset: id = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const dataset = useRead<Dataset>(paths.dataset(id));
  const chosenStatus = STATES.find((state) => state.value === params.get("status"))?.value ?? "";
  const result = useRows<DatasetItem>(paths.datasetItems(id), { limit: PAGE_ROWS, status: chosenStatus });
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const item = result.rows.find((row) => row.id === params.get("item"));

  const set = (name: "item" | "status", value: string | null) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  const hrefOf = (row: DatasetItem) => {
    const next = new URLSearchParams(params);
    next.set("item", row.id);
    return `?${next}`;
  };

  if (!dataset.data)
    return (
      <Page title="Dataset">
        <div className="card">
          {dataset.isError ? <NoDataset error={dataset.error} onRetry={() => void dataset.refetch()} /> : <SkeletonRows rows={12} />}
        </div>
      </Page>
    );
  const add = (
    <Button variant="primary" onClick={() => setOpen("add")}>
      <Plus size={14} />
      Add item
    </Button>
  );
  const fromFile = (
    <Button onClick={() => setOpen("import")}>
      <FileUp size={14} />
      Import
    </Button>
  );
  return (
    <Page
      title={dataset.data.name}
      locked
      subtitle={<DatasetLine dataset={dataset.data} />}
      actions={
        <>
          <Segmented label="Status" value={chosenStatus} options={STATES} onChange={(value) => set("status", value)} />
          {fromFile}
          {add}
          <Button variant="ghost" icon aria-label="Rename this dataset" onClick={() => setOpen("rename")}>
            <Pencil size={14} />
          </Button>
          <Button variant="ghost" icon aria-label="Delete this dataset" onClick={() => setOpen("delete")}>
            <Trash2 size={15} />
          </Button>
        </>
      }
    >
      <div className={item ? "card split" : "card split closed"}>
        <div className="split-list">
          <RowsCard
            bare
            label="Items"
            result={result}
            columns={COLUMNS}
            rowKey={(row) => row.id}
            rowHref={hrefOf}
            isSelected={(row) => row.id === item?.id}
            foot="All items"
            empty={
              chosenStatus ? (
                <Empty title={`No ${chosenStatus} items`} />
              ) : (
                <Empty
                  title="No items yet"
                  action={
                    <>
                      {fromFile}
                      {add}
                    </>
                  }
                >
                  Add cases by hand, or import a file of JSON lines or CSV.
                </Empty>
              )
            }
          />
        </div>
        {item && <ItemPanel key={item.id} dataset={dataset.data} item={item} onClose={() => set("item", null)} />}
      </div>
      {open === "add" && (
        <ItemDialog
          dataset={dataset.data}
          onClose={close}
          onDone={(made) => {
            close();
            set("item", made.id);
          }}
        />
      )}
      {open === "import" && <ImportDialog dataset={dataset.data} onClose={close} />}
      {open === "rename" && <DatasetDialog dataset={dataset.data} onClose={close} onDone={close} />}
      {open === "delete" && <DeleteDataset dataset={dataset.data} onClose={close} />}
    </Page>
  );
}

function DatasetLine({ dataset }: { dataset: Dataset }) {
  return (
    <span className="row head-line">
      <Link className="link back" to="/datasets">
        <ArrowLeft size={12} />
        Datasets
      </Link>
      <span>{plural(dataset.item_count, "item")}</span>
      <Link className="link" to={`/experiments?${new URLSearchParams({ dataset: dataset.id })}`}>
        Experiments
      </Link>
      {dataset.description && <span className="truncate">{dataset.description}</span>}
    </span>
  );
}

function DeleteDataset({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useChange(
    paths.datasets,
    () => request<void>(paths.dataset(dataset.id), { method: "DELETE" }),
    () => void navigate("/datasets"),
  );
  return (
    <ConfirmDelete
      what="dataset"
      name={dataset.name}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      Its {plural(dataset.item_count, "item")} go with it. Experiments that ran on it stay.
    </ConfirmDelete>
  );
}

function NoDataset({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  if (!isMissing) return <ErrorState error={error} onRetry={onRetry} />;
  return <Empty title="No such dataset">It may have been deleted, or belong to another project.</Empty>;
}
