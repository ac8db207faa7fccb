import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { PromptVersion } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";
import { useChange } from "../library/use-change";
import { readWords } from "../library/values";
import { LATEST } from "./labels";

/** Which labels point at a version. */
export function LabelDialog({ version, onClose }: { version: PromptVersion; onClose: () => void }) {
  const [typed, setTyped] = useState(version.labels.filter((label) => label !== LATEST).join(", "));
  const save = useChange(
    paths.prompts,
    (labels: string[]) => request<PromptVersion>(paths.promptLabels(version.name, version.version), { method: "PUT", body: { labels } }),
    onClose,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate(readWords(typed));
  };
  return (
    <Dialog title={`Labels of version ${version.version}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="soft">
          A label points at one version: set here, it leaves the version that has it now. Applications that ask for the label get this
          version from then on.
        </p>
        <label className="field">
          <span>
            Labels <span className="hint">separated by commas</span>
          </span>
          <input
            className="input"
            value={typed}
            autoFocus
            placeholder="production, staging"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        {save.isError && (
          <p className="notice error" role="alert">
            {messageOf(save.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>
            Set labels
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
