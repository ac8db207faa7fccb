import { Link } from "react-router";
import type { LogRecord } from "../../api/types";
import { LevelBadge } from "../../ui/badge";
import { Dialog } from "../../ui/dialog";
import { formatTime } from "../../ui/format";
import { Marked, MarkedJson } from "../highlight/highlight";

/** One log record, whole. */
export function LogDialog({ log, onClose }: { log: LogRecord; onClose: () => void }) {
  const facts: [string, string | null | undefined][] = [
    ["Time", formatTime(log.timestamp, { seconds: true })],
    ["Service", log.service],
    ["Logger", log.logger],
    ["Session", log.session_id],
    ["User", log.user_id],
  ];
  return (
    <Dialog title="Log record" wide onClose={onClose}>
      <div className="row">
        <LevelBadge level={log.level} />
        <code className="muted">{log.timestamp}</code>
      </div>
      <pre className="log-full">
        <Marked text={log.message} />
      </pre>
      <dl className="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="truncate">{value}</dd>
            </div>
          ))}
      </dl>
      {Object.keys(log.attributes ?? {}).length > 0 && <MarkedJson value={log.attributes} label="Attributes" />}
      {log.trace_id && (
        <div className="dialog-actions">
          <Link className="button" to={`/traces/${log.trace_id}${log.span_id ? `?span=${log.span_id}` : ""}`}>
            Open the trace
          </Link>
        </div>
      )}
    </Dialog>
  );
}
