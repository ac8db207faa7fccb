import { Link } from "react-router";
import type { Span } from "../../api/types";
import { formatClock, formatDuration, parseTime, shortId } from "../../ui/format";
import { JsonView } from "../../ui/json-view";

export function SpanEvents({ span }: { span: Span }) {
  const events = span.events ?? [];
  const links = span.links ?? [];
  if (events.length + links.length === 0) return <p className="muted conversation-none">No events and no links.</p>;
  const start = parseTime(span.start_time);
  return (
    <div className="stack">
      {events.map((event, index) => (
        <section key={index} className="part framed" aria-label={`Event ${event.name}`}>
          <header>
            <code>{event.name}</code>
            <span className="part-id muted num">
              {formatClock(event.time)} · +{formatDuration(parseTime(event.time) - start)}
            </span>
          </header>
          {Object.keys(event.attributes ?? {}).length > 0 && (
            <div className="framed-body">
              <JsonView value={event.attributes} label="Event attributes" />
            </div>
          )}
        </section>
      ))}
      {links.length > 0 && <h3>Links</h3>}
      {links.map((link) => (
        <Link key={link.span_id} className="link mono" to={`/traces/${link.trace_id}?span=${link.span_id}`}>
          {shortId(link.trace_id)} / {link.span_id}
        </Link>
      ))}
    </div>
  );
}
