import { useState } from "react";
import { useSearchParams } from "react-router";
import type { PromptVersion } from "../../api/types";
import { Badge } from "../../ui/badge";
import { CopyButton } from "../../ui/copy";
import { formatTime } from "../../ui/format";
import { JsonView } from "../../ui/json-view";
import { Tabs, type Tab } from "../../ui/tabs";
import { Labels } from "./labels";
import { PromptBody } from "./prompt-body";
import { promptText } from "./prompt-text";
import { VersionDiff } from "./version-diff";
import "./prompts.css";

interface VersionPanelProps {
  version: PromptVersion;
  versions: PromptVersion[];
}

/** One version: what it says, its configuration, and what changed. The open tab is part of the address. */
export function VersionPanel({ version, versions }: VersionPanelProps) {
  const [params, setParams] = useSearchParams();
  const chooseTab = (tab: string) => {
    const next = new URLSearchParams(params);
    next.set("tab", tab);
    setParams(next, { replace: true });
  };
  const tabs: Tab[] = [
    { id: "prompt", label: "Prompt", content: () => <PromptBody version={version} /> },
    { id: "config", label: "Configuration", content: () => <Config version={version} /> },
    { id: "changes", label: "Changes", content: () => <Changes version={version} versions={versions} /> },
  ];
  return (
    <section className="prompt-version" aria-label={`Version ${version.version}`}>
      <header>
        <h2 className="num">Version {version.version}</h2>
        <Badge>{version.type}</Badge>
        <Labels labels={version.labels.map((label) => ({ label }))} />
        {version.tags.map((tag) => (
          <Badge key={tag} title="Tag">
            #{tag}
          </Badge>
        ))}
        <span className="grow" />
        <CopyButton text={promptText(version)} label="Copy prompt" />
      </header>
      <p className="muted">
        {formatTime(version.created_at, { seconds: true })}
        {version.author && ` by ${version.author}`}
        {version.commit_message && ` · ${version.commit_message}`}
      </p>
      <Tabs label="Version" tabs={tabs} active={params.get("tab") ?? "prompt"} onChange={chooseTab} />
    </section>
  );
}

function Config({ version }: { version: PromptVersion }) {
  const isNone = version.config === null || version.config === undefined || JSON.stringify(version.config) === "{}";
  if (isNone) return <p className="muted">No configuration was stored with this version.</p>;
  return <JsonView value={version.config} label="Configuration" />;
}

/** Against the version before, unless another is chosen. */
function Changes({ version, versions }: VersionPanelProps) {
  const others = versions.filter((other) => other.version !== version.version);
  const [chosen, setChosen] = useState<number | null>(null);
  const before = others.find((other) => other.version === chosen) ?? others.find((other) => other.version < version.version) ?? others[0];
  if (!before) return <p className="muted">This is the only version.</p>;
  return (
    <div className="stack">
      <label className="compare-with">
        <span className="muted">From</span>
        <select
          className="input"
          aria-label="Compare with"
          value={before.version}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {others.map((other) => (
            <option key={other.version} value={other.version}>
              version {other.version}
            </option>
          ))}
        </select>
        <span className="muted">to version {version.version}</span>
      </label>
      <VersionDiff before={before} after={version} />
    </div>
  );
}
