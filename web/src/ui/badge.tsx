import type { ReactNode } from "react";
import type { Level, Status } from "../api/types";

export type Tone = "ok" | "error" | "warn" | "accent" | "violet" | "neutral";

export function Badge({ tone = "neutral", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}

const STATUS_TEXT: Record<Status, string> = { ok: "OK", error: "Error", unset: "Unset" };

export function StatusDot({ status }: { status: Status }) {
  return <span className={`dot ${status}`} role="img" aria-label={STATUS_TEXT[status]} title={STATUS_TEXT[status]} />;
}

export function StatusBadge({ status }: { status: Status }) {
  return <Badge tone={status === "unset" ? "neutral" : status}>{STATUS_TEXT[status]}</Badge>;
}

const LEVEL_TONE: Record<Level, Tone> = { DEBUG: "neutral", INFO: "accent", WARNING: "warn", ERROR: "error", CRITICAL: "error" };

export function LevelBadge({ level }: { level: Level }) {
  return <Badge tone={LEVEL_TONE[level]}>{level.charAt(0) + level.slice(1).toLowerCase()}</Badge>;
}
