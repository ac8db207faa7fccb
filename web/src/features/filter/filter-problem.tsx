import type { ApiError } from "../../api/problem";
import { indexOfByte } from "./terms";

/** Why the filter was refused, with a mark at the place. Faults of other fields are not its business. */
export function FilterProblem({ filter, asked, error }: { filter: string; asked: string; error: ApiError }) {
  const fault = error.problem.errors?.find((candidate) => candidate.field === "filter");
  if (!fault) return null;
  const position = error.position;
  const at = position === null ? null : indexOfByte(asked, position) - asked.indexOf(filter);
  return (
    <div className="filter-problem" role="alert">
      {at !== null && filter !== "" && (
        <pre aria-hidden="true">
          {filter.slice(0, at)}
          <mark>{filter.slice(at, at + 1) || " "}</mark>
          {filter.slice(at + 1)}
        </pre>
      )}
      <p>{fault.message?.replace(/^at character \d+: /, "")}</p>
    </div>
  );
}
