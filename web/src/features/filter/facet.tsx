import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { formatCompact } from "../../ui/format";
import { Popover } from "../../ui/popover";
import { Skeleton } from "../../ui/states";
import type { RowKind } from "./fields";
import { fieldValues, setFieldValues } from "./terms";
import { useFieldValues } from "./use-field-values";

interface FacetProps {
  label: string;
  rowKind: RowKind;
  /** The field in the filter language. */
  field: string;
  filter: string;
  onChange: (filter: string) => void;
}

/** Picks values of one field by ticking them. What it does is visible in the filter's text. */
export function Facet({ label, rowKind, field, filter, onChange }: FacetProps) {
  const chosen = fieldValues(filter, field);
  const summary = chosen.length === 0 ? label : chosen.length === 1 ? `${label}: ${chosen[0]}` : `${label}: ${chosen.length}`;
  return (
    <Popover
      active={chosen.length > 0}
      label={
        <>
          <span className="truncate facet-label">{summary}</span>
          <ChevronDown size={13} />
        </>
      }
    >
      {() => (
        <FacetPanel
          rowKind={rowKind}
          field={field}
          label={label}
          chosen={chosen}
          onChange={(values) => onChange(setFieldValues(filter, field, values))}
        />
      )}
    </Popover>
  );
}

interface PanelProps {
  label: string;
  rowKind: RowKind;
  field: string;
  chosen: string[];
  onChange: (values: string[]) => void;
}

const SEARCH_FROM = 8;

function FacetPanel({ label, rowKind, field, chosen, onChange }: PanelProps) {
  const [search, setSearch] = useState("");
  const values = useFieldValues(rowKind, field);
  const listed = values.data ?? [];
  const missing = chosen.filter((value) => !listed.some((row) => row.value === value)).map((value) => ({ value, count: null }));
  const rows = [...missing, ...listed].filter((row) => row.value.toLowerCase().includes(search.toLowerCase()));
  const toggle = (value: string) => onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);

  return (
    <div className="facet-panel">
      {listed.length > SEARCH_FROM && (
        <input
          className="input"
          placeholder={`Search ${label.toLowerCase()}`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          autoFocus
        />
      )}
      <div className="facet-list" role="group" aria-label={label}>
        {values.isPending && <Skeleton height={84} />}
        {rows.map((row) => (
          <label key={row.value} className="menu-item">
            <input type="checkbox" checked={chosen.includes(row.value)} onChange={() => toggle(row.value)} />
            <span className="truncate">{row.value}</span>
            <span className="num">{row.count === null ? "" : formatCompact(row.count)}</span>
          </label>
        ))}
        {!values.isPending && rows.length === 0 && (
          <p className="muted" style={{ padding: 8 }}>
            {values.isError ? "The values cannot be read now." : "No values in this time range."}
          </p>
        )}
      </div>
      {chosen.length > 0 && (
        <button type="button" className="menu-item muted" onClick={() => onChange([])}>
          Clear
        </button>
      )}
    </div>
  );
}
