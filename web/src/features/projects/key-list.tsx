import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { ApiKey, Items, Project } from "../../api/types";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { formatAgo, formatTime } from "../../ui/format";
import { ErrorState, messageOf, SkeletonRows } from "../../ui/states";
import { CreateKey } from "./create-key";

export function KeyList({ project }: { project: Project }) {
  const keys = useRead<Items<ApiKey>>(paths.keys(project.id), {}, { keep: false });
  const [isCreating, setCreating] = useState(false);
  const listed = keys.data?.items ?? [];
  return (
    <>
      {keys.isPending && <SkeletonRows rows={2} />}
      {keys.isError && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      {listed.length > 0 && (
        <div className="plain-table-scroll">
          <table className="plain-table" aria-label={`Keys of ${project.name}`}>
            <thead>
              <tr>
                <th>Key</th>
                <th>Starts with</th>
                <th>May</th>
                <th>Created</th>
                <th>Last used</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {listed.map((key) => (
                <KeyRow key={key.id} apiKey={key} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <footer className="project-foot">
        {keys.data && listed.length === 0 && <span className="muted grow">No keys yet.</span>}
        <Button small onClick={() => setCreating(true)}>
          <KeyRound size={13} />
          New key
        </Button>
      </footer>
      {isCreating && <CreateKey project={project} onClose={() => setCreating(false)} />}
    </>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const path = paths.keys(apiKey.project_id);
  const remove = useMutation({
    mutationFn: () => request<void>(paths.key(apiKey.project_id, apiKey.id), { method: "DELETE" }),
    onSuccess: () => client.invalidateQueries({ queryKey: [path] }),
  });
  return (
    <tr>
      <td>
        <b className="trace-name">{apiKey.name}</b>
      </td>
      <td>
        <code className="muted">{apiKey.prefix}…</code>
      </td>
      <td>
        <span className="row">
          {apiKey.scopes.map((scope) => (
            <Badge key={scope} tone={scope === "admin" ? "warn" : "neutral"}>
              {scope}
            </Badge>
          ))}
        </span>
      </td>
      <td className="soft">{formatTime(apiKey.created_at)}</td>
      <td className="soft">{formatAgo(apiKey.last_used_at)}</td>
      <td className="end key-actions">
        {remove.isError && (
          <span className="worse" role="alert">
            {messageOf(remove.error)}
          </span>
        )}
        {isAsking ? (
          <>
            <Button small variant="danger solid" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Delete key
            </Button>
            <Button small variant="ghost" onClick={() => setAsking(false)}>
              Keep
            </Button>
          </>
        ) : (
          <Button small icon variant="ghost" aria-label={`Delete key ${apiKey.name}`} onClick={() => setAsking(true)}>
            <Trash2 size={14} />
          </Button>
        )}
      </td>
    </tr>
  );
}
