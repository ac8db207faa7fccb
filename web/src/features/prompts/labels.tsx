import { Badge, type Tone } from "../../ui/badge";

export const LATEST = "latest";

function toneOf(label: string): Tone {
  if (label === LATEST) return "neutral";
  return label === "production" ? "ok" : "accent";
}

/** Labels of a version, or with versions behind them. */
export function Labels({ labels }: { labels: { label: string; version?: number }[] }) {
  return (
    <span className="words">
      {labels.map(({ label, version }) => (
        <Badge key={label} tone={toneOf(label)} title={version === undefined ? label : `${label}: version ${version}`}>
          <span className="truncate">{label}</span>
          {version !== undefined && <span className="num"> v{version}</span>}
        </Badge>
      ))}
    </span>
  );
}
