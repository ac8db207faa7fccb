import type { SqlResult } from "../../api/types";
import { DataTable, type Column } from "../../ui/data-table";
import { plural } from "../../ui/format";
import { asText } from "../conversation/text";

const NUMERIC = ["integer", "number", "decimal"];

export function SqlTable({ result }: { result: SqlResult }) {
  const rows = result.rows.map((cells, index) => ({ cells, index }));
  const columns = result.columns.map((column, at): Column<(typeof rows)[number]> => {
    const isNumber = NUMERIC.includes(column.type);
    return {
      id: `${at}-${column.name}`,
      header: <span title={column.type}>{column.name}</span>,
      width: isNumber ? "minmax(110px, 0.7fr)" : "minmax(150px, 1fr)",
      end: isNumber,
      cell: ({ cells }) => <Cell value={cells[at]} />,
    };
  });
  return (
    <>
      <div className="sql-status muted num">
        {plural(rows.length, "row")}
        {result.truncated ? ", cut at the row limit" : ""}
      </div>
      <DataTable label="Result" columns={columns} rows={rows} rowKey={(row) => String(row.index)} rowHeight={32} />
    </>
  );
}

function Cell({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="muted">null</span>;
  const text = asText(value);
  return (
    <span className="mono" title={text.length > 24 ? text : undefined}>
      {text}
    </span>
  );
}
