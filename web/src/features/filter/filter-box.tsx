import { Search, X } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { ApiError } from "../../api/problem";
import { FilterProblem } from "./filter-problem";
import type { RowKind } from "./fields";
import { SuggestionList } from "./suggestion-list";
import { applyCompletion } from "./suggest";
import { useSuggestions } from "./use-suggestions";
import "./filter.css";

interface FilterBoxProps {
  rowKind: RowKind;
  value: string;
  onChange: (filter: string) => void;
  /** The answer to the last query: a refused filter is explained under the box. */
  error?: unknown;
  /** The filter as it was sent, where more was added to what was typed: positions count in it. */
  asked?: string;
  placeholder?: string;
}

export function FilterBox({ rowKind, value, onChange, error, asked, placeholder }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const [draft, setDraft] = useState(value);
  const [cursor, setCursor] = useState<number | null>(null);
  const [chosen, setChosen] = useState(-1);
  const suggestions = useSuggestions(draft, cursor, rowKind);

  useEffect(() => setDraft(value), [value]);
  useEffect(() => setChosen(-1), [draft, cursor]);
  useSlashKey(input);

  const take = (insert: string) => {
    if (!suggestions || cursor === null) return;
    const next = applyCompletion(draft, cursor, suggestions.start, insert);
    setDraft(next.text);
    setCursor(next.cursor);
    requestAnimationFrame(() => input.current?.setSelectionRange(next.cursor, next.cursor));
  };

  const commit = (filter: string) => {
    setCursor(null);
    onChange(filter.trim());
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const count = suggestions?.items.length ?? 0;
    const picked = suggestions?.items[chosen];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (count === 0) return;
      event.preventDefault();
      setChosen((chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Tab" && count > 0 && draft.trim() !== "" && !event.shiftKey) {
      event.preventDefault();
      take((picked ?? suggestions?.items[0])?.insert ?? "");
    } else if (event.key === "Enter") {
      if (picked) take(picked.insert);
      else commit(draft);
    } else if (event.key === "Escape") {
      setCursor(null);
    }
  };

  return (
    <div className="filter-box grow">
      <div className="filter-input">
        <Search size={14} aria-hidden="true" />
        <input
          ref={input}
          className="input mono"
          type="text"
          role="combobox"
          aria-label="Filter"
          aria-expanded={suggestions !== null}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${list}-${chosen}` : undefined}
          spellCheck={false}
          autoComplete="off"
          placeholder={placeholder ?? 'Filter: model:gpt-4o status:error cost>0.01 "refund policy"'}
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
            setCursor(event.target.selectionStart);
          }}
          onFocus={(event) => setCursor(event.target.selectionStart)}
          onClick={(event) => setCursor(event.currentTarget.selectionStart)}
          onBlur={() => {
            setCursor(null);
            if (draft.trim() !== value) onChange(draft.trim());
          }}
          onKeyDown={onKeyDown}
        />
        {draft ? (
          <button
            type="button"
            className="filter-clear"
            aria-label="Clear the filter"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              setDraft("");
              commit("");
            }}
          >
            <X size={14} />
          </button>
        ) : (
          <kbd aria-hidden="true">/</kbd>
        )}
      </div>
      {suggestions && <SuggestionList id={list} suggestions={suggestions} chosen={chosen} onTake={take} />}
      {error instanceof ApiError && error.status < 500 && <FilterProblem filter={value} asked={asked ?? value} error={error} />}
    </div>
  );
}

/** "/" goes to the filter, unless something is being typed. */
function useSlashKey(input: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [input]);
}
