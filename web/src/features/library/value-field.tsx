interface ValueFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  rows?: number;
  autoFocus?: boolean;
}

/** A text area for text or JSON. */
export function ValueField({ label, value, onChange, hint, rows = 4, autoFocus }: ValueFieldProps) {
  return (
    <label className="field">
      <span>
        {label} {hint && <span className="hint">{hint}</span>}
      </span>
      <textarea
        className="input mono"
        rows={rows}
        value={value}
        spellCheck={false}
        autoFocus={autoFocus}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
