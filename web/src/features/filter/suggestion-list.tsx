import type { Suggestions } from "./use-suggestions";

interface SuggestionListProps {
  id: string;
  suggestions: Suggestions;
  chosen: number;
  onTake: (insert: string) => void;
}

export function SuggestionList({ id, suggestions, chosen, onTake }: SuggestionListProps) {
  return (
    <div className="popover filter-suggestions">
      <div className="filter-suggestions-title">{suggestions.title}</div>
      <ul id={id} role="listbox" aria-label={suggestions.title}>
        {suggestions.items.map((item, index) => (
          <li
            key={item.insert}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="menu-item"
            // The input must keep the focus, or the list closes before the click arrives.
            onMouseDown={(event) => {
              event.preventDefault();
              onTake(item.insert);
            }}
          >
            <span className="mono truncate">{item.label}</span>
            <span className="filter-hint truncate num">{item.hint}</span>
          </li>
        ))}
      </ul>
      <div className="filter-keys">
        <kbd>↑↓</kbd> choose <kbd>Tab</kbd> take <kbd>Enter</kbd> search
      </div>
    </div>
  );
}
