import type { JobStatus } from "../../api/types";
import { Badge, type Tone } from "../../ui/badge";
import { formatAgo, formatBytes, formatCompact, formatCount, formatDuration } from "../../ui/format";

const TONES: Record<JobStatus["state"], Tone> = {
  waiting: "ok",
  running: "accent",
  elsewhere: "neutral",
  failing: "error",
  stopped: "warn",
};

/** The background jobs of this process. */
export function JobTable({ jobs }: { jobs: JobStatus[] }) {
  if (jobs.length === 0) return null;
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
              <th className="end">Rows</th>
              <th className="end">Bytes in → out</th>
              <th className="end">Last work</th>
              <th className="end">Rows/s</th>
              <th className="end">Failures</th>
              <th className="end">Last run</th>
              <th className="end">Took</th>
              <th>Last error</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.name}>
                <td>
                  <b className="trace-name">{job.name.replaceAll("_", " ")}</b>
                </td>
                <td>
                  <Badge tone={TONES[job.state]}>{job.state}</Badge>
                </td>
                <td className="end">{formatCount(job.runs)}</td>
                <td className="end">{formatCompact(job.work)}</td>
                <td className="end">{job.rows > 0 ? formatCompact(job.rows) : ""}</td>
                <td className="end">{job.bytes_in > 0 ? `${formatBytes(job.bytes_in)} → ${formatBytes(job.bytes_out)}` : ""}</td>
                <td className="end">{formatAgo(job.last_work?.ended_at)}</td>
                <td className="end">{job.last_work && job.last_work.rows > 0 ? formatCompact(job.last_work.rows_per_second) : ""}</td>
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
