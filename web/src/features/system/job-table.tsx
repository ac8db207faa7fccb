import { Badge, type Tone } from "../../ui/badge";
import { formatAgo, formatCount, formatDuration } from "../../ui/format";

interface Job {
  name: string;
  state?: string;
  runs?: number;
  failures?: number;
  work?: number;
  last_run?: string | null;
  last_duration_ms?: number | null;
  last_error?: string | null;
  last_error_at?: string | null;
}

const TONES: Record<string, Tone> = { waiting: "ok", running: "accent", failing: "error", stopped: "warn" };

/** The background jobs of this process. The API leaves their form open, so only what is known is read. */
export function JobTable({ jobs }: { jobs: unknown }) {
  const known = Array.isArray(jobs) ? jobs.filter(isJob) : [];
  if (known.length === 0) return null;
  return (
    <section className="card" aria-label="Jobs">
      <div className="card-head">
        <h2>Background jobs</h2>
      </div>
      <div className="plain-table-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th>Job</th>
              <th>State</th>
              <th className="end">Runs</th>
              <th className="end">Work done</th>
              <th className="end">Failures</th>
              <th className="end">Last run</th>
              <th className="end">Took</th>
              <th>Last error</th>
            </tr>
          </thead>
          <tbody>
            {known.map((job) => (
              <tr key={job.name}>
                <td>
                  <b className="trace-name">{job.name}</b>
                </td>
                <td>
                  <Badge tone={TONES[job.state ?? ""] ?? "neutral"}>{job.state ?? "unknown"}</Badge>
                </td>
                <td className="end">{formatCount(job.runs)}</td>
                <td className="end">{formatCount(job.work)}</td>
                <td className="end">{formatCount(job.failures)}</td>
                <td className="end">{formatAgo(job.last_run)}</td>
                <td className="end">{formatDuration(job.last_duration_ms)}</td>
                <td className="soft">{job.last_error ? `${job.last_error} (${formatAgo(job.last_error_at)})` : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function isJob(value: unknown): value is Job {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
