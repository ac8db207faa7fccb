import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { CreatedKey, KeyScope, Project } from "../../api/types";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";
import { rememberKey } from "../connect/key-memory";
import { environment } from "../connect/snippets";

const SCOPES: { value: KeyScope; label: string; hint: string }[] = [
  { value: "ingest", label: "Ingest", hint: "send data" },
  { value: "read", label: "Read", hint: "query data" },
  { value: "admin", label: "Admin", hint: "everything in this project" },
];

export function CreateKey({ project, onClose }: { project: Project; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<KeyScope[]>(["ingest"]);
  const create = useMutation({
    mutationFn: () => request<CreatedKey>(paths.keys(project.id), { method: "POST", body: { name: name.trim(), scopes } }),
    onSuccess: (key) => {
      rememberKey(project.id, key.secret);
      return client.invalidateQueries({ queryKey: [paths.keys(project.id)] });
    },
  });
  if (create.data) return <KeyShownOnce secret={create.data.secret} onClose={onClose} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && scopes.length > 0) create.mutate();
  };
  const toggle = (scope: KeyScope) => setScopes(scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope]);
  return (
    <Dialog title={`New key for ${project.name}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            maxLength={200}
            autoFocus
            placeholder="production"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <fieldset className="field">
          <span>What it may do</span>
          {SCOPES.map((scope) => (
            <label key={scope.value} className="scope">
              <input type="checkbox" checked={scopes.includes(scope.value)} onChange={() => toggle(scope.value)} />
              <b>{scope.label}</b>
              <span className="muted">{scope.hint}</span>
            </label>
          ))}
        </fieldset>
        {create.isError && (
          <p className="notice error" role="alert">
            {messageOf(create.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!name.trim() || scopes.length === 0 || create.isPending}>
            Create key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function KeyShownOnce({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title="Copy the key now" wide onClose={onClose}>
      <p className="soft">It is stored only as a hash: this is the one time it can be shown.</p>
      <CodeBlock label="key" code={secret} />
      <h3>For any OpenTelemetry SDK</h3>
      <CodeBlock label="environment variables" code={environment({ url: window.location.origin, key: secret })} />
      <div className="dialog-actions">
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
