import { ArrowLeft, Plus, Tags, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { request } from "../api/client";
import { paths } from "../api/endpoints";
import { ApiError } from "../api/problem";
import { useRows } from "../api/queries";
import type { PromptVersion } from "../api/types";
import { quoteValue } from "../features/filter/terms";
import { ConfirmDelete } from "../features/library/confirm-delete";
import { useChange } from "../features/library/use-change";
import { LabelDialog } from "../features/prompts/label-dialog";
import { VersionDialog } from "../features/prompts/version-dialog";
import { VersionList } from "../features/prompts/version-list";
import { VersionPanel } from "../features/prompts/version-panel";
import { Button } from "../ui/button";
import { plural } from "../ui/format";
import { Page } from "../ui/page";
import { Empty, ErrorState, SkeletonRows } from "../ui/states";
import "../features/library/library.css";
import "../features/prompts/prompts.css";

const PAGE_ROWS = 200;

type Open = "version" | "labels" | "delete" | null;

export default function PromptPage() {
  const { name = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>(null);
  const result = useRows<PromptVersion>(paths.promptVersions(name), { limit: PAGE_ROWS });
  const remove = useChange(
    paths.prompts,
    () => request<void>(paths.prompt(name), { method: "DELETE" }),
    () => void navigate("/prompts"),
  );
  const chosen = Number(params.get("version"));
  const version = result.rows.find((row) => row.version === chosen) ?? result.rows[0];
  const select = (number: number) => setParams({ version: String(number), ...tabOf(params) }, { replace: true });
  const close = () => setOpen(null);

  return (
    <Page
      title={name}
      locked
      subtitle={
        <span className="row head-line">
          <Link className="link back" to="/prompts">
            <ArrowLeft size={12} />
            Prompts
          </Link>
          {result.total !== null && <span>{plural(result.total, "version")}</span>}
          <Link className="link" to={`/calls?${new URLSearchParams({ q: `prompt:${quoteValue(name)}` })}`}>
            Calls with this prompt
          </Link>
        </span>
      }
      actions={
        version && (
          <>
            <Button onClick={() => setOpen("labels")}>
              <Tags size={14} />
              Labels
            </Button>
            <Button variant="primary" onClick={() => setOpen("version")}>
              <Plus size={14} />
              New version
            </Button>
            <Button variant="ghost" icon aria-label="Delete this prompt" onClick={() => setOpen("delete")}>
              <Trash2 size={15} />
            </Button>
          </>
        )
      }
    >
      {version ? (
        <div className="card prompt-body" aria-busy={result.isFetching}>
          <VersionList versions={result.rows} selected={version.version} onSelect={select} />
          <VersionPanel key={version.version} version={version} versions={result.rows} />
        </div>
      ) : (
        <div className="card">
          {result.isPending ? <SkeletonRows rows={10} /> : <NoPrompt error={result.error} onRetry={result.refetch} />}
        </div>
      )}
      {open === "version" && version && (
        <VersionDialog
          from={version}
          onClose={close}
          onCreated={(made) => {
            close();
            select(made.version);
          }}
        />
      )}
      {open === "labels" && version && <LabelDialog version={version} onClose={close} />}
      {open === "delete" && (
        <ConfirmDelete
          what="prompt"
          name={name}
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined)}
          onClose={close}
        >
          All its versions and labels go; applications that ask for it get an error.
        </ConfirmDelete>
      )}
    </Page>
  );
}

/** The open tab stays open when another version is chosen. */
function tabOf(params: URLSearchParams): { tab?: string } {
  const tab = params.get("tab");
  return tab ? { tab } : {};
}

function NoPrompt({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  if (!isMissing) return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <Empty
      title="No such prompt"
      action={
        <Link className="button" to="/prompts">
          Prompts
        </Link>
      }
    >
      It may have been deleted, or belong to another project.
    </Empty>
  );
}
