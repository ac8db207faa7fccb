import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { PromptVersion } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";
import { useChange } from "../library/use-change";
import { ValueField } from "../library/value-field";
import { readValue, readWords, writeValue } from "../library/values";
import { MessageEditor } from "./message-editor";
import { draftsOf, promptOf, type Draft } from "./prompt-text";

const TYPES = [
  { value: "text", label: "Text" },
  { value: "chat", label: "Chat" },
] as const;

interface VersionDialogProps {
  /** The version to start from; none for a new prompt. */
  from?: PromptVersion;
  onClose: () => void;
  onCreated: (version: PromptVersion) => void;
}

/** A new prompt, or the next version of one. */
export function VersionDialog({ from, onClose, onCreated }: VersionDialogProps) {
  const [name, setName] = useState(from?.name ?? "");
  const [type, setType] = useState<"text" | "chat">(from?.type ?? "text");
  const [text, setText] = useState(from?.type === "text" ? from.prompt : "");
  const [drafts, setDrafts] = useState<Draft[]>(from?.type === "chat" ? draftsOf(from.prompt) : []);
  const [config, setConfig] = useState(writeValue(from?.config));
  const [labels, setLabels] = useState("");
  const [tags, setTags] = useState(from?.tags.join(", ") ?? "");
  const [message, setMessage] = useState("");
  const create = useChange(
    paths.prompts,
    (body: Record<string, unknown>) => request<PromptVersion>(paths.prompts, { method: "POST", body }),
    onCreated,
  );
  const isComplete = name.trim() !== "" && (type === "text" ? text !== "" : drafts.length > 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete || create.isPending) return;
    create.mutate({
      name: name.trim(),
      type,
      prompt: type === "text" ? text : promptOf(drafts),
      config: readValue(config),
      labels: readWords(labels),
      tags: readWords(tags),
      ...(message.trim() ? { commit_message: message.trim() } : {}),
    });
  };
  return (
    <Dialog title={from ? `New version of ${from.name}` : "New prompt"} onClose={onClose} wide>
      <form className="stack" onSubmit={submit}>
        {!from && (
          <label className="field">
            <span>
              Name <span className="hint">may contain / for folders</span>
            </span>
            <input
              className="input"
              value={name}
              maxLength={200}
              autoFocus
              placeholder="support/answer"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
        <div className="row">
          <Segmented label="Type" value={type} options={TYPES} onChange={setType} />
          <span className="muted">
            <code>{"{{name}}"}</code> is filled in by your application
          </span>
        </div>
        {type === "text" ? (
          <textarea
            className="input"
            aria-label="Prompt"
            rows={10}
            value={text}
            autoFocus={from !== undefined}
            onChange={(event) => setText(event.target.value)}
          />
        ) : (
          <MessageEditor drafts={drafts} onChange={setDrafts} />
        )}
        <ValueField label="Configuration" hint="JSON, such as model and temperature" rows={3} value={config} onChange={setConfig} />
        <div className="form-row">
          <label className="field">
            <span>
              Labels <span className="hint">move to this version</span>
            </span>
            <input className="input" value={labels} placeholder="production" onChange={(event) => setLabels(event.target.value)} />
          </label>
          <label className="field">
            <span>Tags</span>
            <input className="input" value={tags} placeholder="support, email" onChange={(event) => setTags(event.target.value)} />
          </label>
        </div>
        <label className="field">
          <span>What changed</span>
          <input
            className="input"
            value={message}
            maxLength={2_000}
            placeholder="optional"
            onChange={(event) => setMessage(event.target.value)}
          />
        </label>
        {create.isError && (
          <p className="notice error" role="alert">
            {messageOf(create.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!isComplete || create.isPending}>
            {from ? "Create version" : "Create prompt"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
