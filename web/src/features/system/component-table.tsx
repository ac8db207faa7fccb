import type { ComponentHealth, Health } from "../../api/types";
import { Badge, type Tone } from "../../ui/badge";
import { formatDuration } from "../../ui/format";

const TONES: Record<ComponentHealth["status"], Tone> = { up: "ok", degraded: "warn", down: "error" };

export function ComponentTable({ health }: { health: Health }) {
  return (
    <div className="plain-table-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th>Component</th>
            <th>Status</th>
            <th>Needed</th>
            <th className="end">Answered in</th>
            <th>Note</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(health.components).map(([name, component]) => (
            <tr key={name}>
              <td>
                <b className="trace-name">{name}</b>
              </td>
              <td>
                <Badge tone={TONES[component.status] ?? "neutral"}>{component.status}</Badge>
              </td>
              <td className="soft">{component.required ? "required" : "optional"}</td>
              <td className="end">{formatDuration(component.latency_ms)}</td>
              <td className="soft">{component.message ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
