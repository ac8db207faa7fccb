import { CircleAlert, Inbox, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, NetworkError } from "../api/problem";
import { Button } from "./button";

export function Skeleton({ height, width = "100%", bare }: { height: number; width?: number | string; bare?: boolean }) {
  return <span className={bare ? "skeleton bare" : "skeleton"} style={{ height, width }} aria-hidden="true" />;
}

/** Rows that stand in for a table while it loads. */
export function SkeletonRows({ rows = 10, height = 18 }: { rows?: number; height?: number }) {
  return (
    <div className="stack" style={{ padding: 16, gap: 18 }} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} bare height={height - 4} width={`${92 - ((index * 13) % 38)}%`} />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}

export function Empty({ title, children, icon, action }: EmptyProps) {
  return (
    <div className="state">
      <span className="state-icon">{icon ?? <Inbox size={18} />}</span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div className="row">{action}</div>}
    </div>
  );
}

/** What went wrong, in the server's words, with what support needs to find it. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div className="state error" role="alert">
      <span className="state-icon">
        <CircleAlert size={18} />
      </span>
      <h2>{titleOf(error)}</h2>
      <p>{messageOf(error)}</p>
      {requestId && (
        <p className="muted">
          Request <code>{requestId}</code>
        </p>
      )}
      {onRetry && (
        <div className="row">
          <Button onClick={onRetry}>
            <RotateCw size={14} />
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

function titleOf(error: unknown): string {
  if (error instanceof NetworkError) return "No connection";
  if (error instanceof ApiError) return error.problem.title ?? `The server answered ${error.status}`;
  return "Something went wrong";
}

export function messageOf(error: unknown): string {
  if (error instanceof NetworkError) return "The server cannot be reached. Is it running?";
  return error instanceof Error ? error.message : String(error);
}
