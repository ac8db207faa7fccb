import { Plus } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { paths } from "../api/endpoints";
import { useRows } from "../api/queries";
import type { PromptSummary } from "../api/types";
import { RowsCard } from "../features/calls/rows-card";
import { Labels } from "../features/prompts/labels";
import { VersionDialog } from "../features/prompts/version-dialog";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import type { Column } from "../ui/data-table";
import { formatAgo, formatCount, formatTime, plural } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/library/library.css";

const PAGE_ROWS = 100;

const COLUMNS: Column<PromptSummary>[] = [
  { id: "name", header: "Name", width: "minmax(180px, 1.5fr)", cell: (prompt) => <b className="trace-name">{prompt.name}</b> },
  { id: "type", header: "Type", width: "64px", from: 620, cell: (prompt) => <span className="soft">{prompt.type}</span> },
  { id: "version", header: "Version", width: "64px", end: true, cell: (prompt) => <span className="num">v{prompt.version}</span> },
  { id: "labels", header: "Labels", width: "minmax(140px, 1.2fr)", cell: (prompt) => <Labels labels={prompt.labels} /> },
  {
    id: "tags",
    header: "Tags",
    width: "minmax(100px, 1fr)",
    from: 860,
    cell: (prompt) => (
      <span className="words">
        {prompt.tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </span>
    ),
  },
  { id: "versions", header: "Versions", width: "72px", end: true, from: 700, cell: (prompt) => formatCount(prompt.versions) },
  {
    id: "updated",
    header: "Changed",
    width: "96px",
    end: true,
    cell: (prompt) => (
      <span className="muted" title={formatTime(prompt.updated_at, { seconds: true })}>
        {formatAgo(prompt.updated_at)}
      </span>
    ),
  },
];

export default function PromptsPage() {
  const result = useRows<PromptSummary>(paths.prompts, { limit: PAGE_ROWS });
  const [isCreating, setCreating] = useState(false);
  const navigate = useNavigate();
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus size={14} />
      New prompt
    </Button>
  );
  return (
    <Page
      title="Prompts"
      subtitle={result.total ? plural(result.total, "prompt") : "Versions of your prompts, and which of them applications get"}
      locked
      actions={create}
    >
      <RowsCard
        label="Prompts"
        result={result}
        columns={COLUMNS}
        rowKey={(prompt) => prompt.name}
        rowHref={(prompt) => `/prompts/${encodeURIComponent(prompt.name)}`}
        foot="All prompts"
        empty={
          <Empty title="No prompts yet" action={create}>
            Create one here, or with an SDK that manages prompts. Applications then get the version that a label such as{" "}
            <code>production</code> points at.
          </Empty>
        }
      />
      {isCreating && (
        <VersionDialog
          onClose={() => setCreating(false)}
          onCreated={(version) => void navigate(`/prompts/${encodeURIComponent(version.name)}`)}
        />
      )}
    </Page>
  );
}
