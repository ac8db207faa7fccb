import type { PromptVersion } from "../../api/types";
import { formatTime } from "../../ui/format";
import { Labels } from "./labels";
import "./prompts.css";

interface VersionListProps {
  versions: PromptVersion[];
  selected: number;
  onSelect: (version: number) => void;
}

/** The history of a prompt, newest first. */
export function VersionList({ versions, selected, onSelect }: VersionListProps) {
  return (
    <ol className="version-list" aria-label="Versions">
      {versions.map((version) => (
        <li key={version.version}>
          <button type="button" aria-current={version.version === selected || undefined} onClick={() => onSelect(version.version)}>
            <span className="row wrap">
              <b className="num">v{version.version}</b>
              <Labels labels={version.labels.map((label) => ({ label }))} />
            </span>
            {version.commit_message && <span className="soft version-message">{version.commit_message}</span>}
            <span className="muted truncate">
              {formatTime(version.created_at)}
              {version.author && ` · ${version.author}`}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
