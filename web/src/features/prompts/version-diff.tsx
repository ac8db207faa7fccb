import { useMemo } from "react";
import type { PromptVersion } from "../../api/types";
import { plural } from "../../ui/format";
import { diffLines, folded, type Row } from "./diff";
import { promptText } from "./prompt-text";
import "./prompts.css";

interface VersionDiffProps {
  before: PromptVersion;
  after: PromptVersion;
}

/** What changed from one version to another, in the prompt and in its configuration. */
export function VersionDiff({ before, after }: VersionDiffProps) {
  const prompt = useMemo(() => folded(diffLines(promptText(before), promptText(after))), [before, after]);
  const config = useMemo(() => folded(diffLines(configText(before), configText(after))), [before, after]);
  return (
    <div className="stack">
      <DiffTable label="Changes of the prompt" rows={prompt} none="The prompt is the same." />
      {configText(before) !== configText(after) && (
        <>
          <h3>Configuration</h3>
          <DiffTable label="Changes of the configuration" rows={config} none="" />
        </>
      )}
    </div>
  );
}

function configText(version: PromptVersion): string {
  return version.config === null || version.config === undefined ? "" : JSON.stringify(version.config, null, 2);
}

const SIGN = { same: " ", removed: "−", added: "+" } as const;
const SPOKEN = { same: "", removed: "removed: ", added: "added: " } as const;

function DiffTable({ label, rows, none }: { label: string; rows: Row[]; none: string }) {
  if (!rows.some((row) => row.kind === "added" || row.kind === "removed")) return <p className="muted">{none}</p>;
  return (
    <ol className="diff mono" aria-label={label}>
      {rows.map((row, index) =>
        row.kind === "gap" ? (
          <li key={index} className="gap">
            {plural(row.count, "unchanged line")}
          </li>
        ) : (
          <li key={index} className={row.kind}>
            <span className="diff-sign" aria-hidden="true">
              {SIGN[row.kind]}
            </span>
            <span className="diff-line">
              <span className="visually-hidden">{SPOKEN[row.kind]}</span>
              {row.parts.map((part, at) => (part.isChanged ? <mark key={at}>{part.text}</mark> : part.text))}
            </span>
          </li>
        ),
      )}
    </ol>
  );
}
