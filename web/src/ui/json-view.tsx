import { Fragment, type ReactNode } from "react";
import "./json-view.css";

const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Colouring a longer text makes more elements than it helps anyone to read. */
const LONGEST_COLOURED = 60_000;

interface JsonViewProps {
  value: unknown;
  label: string;
  /** How a piece of the text is shown, where something in it is to be marked. */
  mark?: (text: string) => ReactNode;
}

const asIs = (text: string): ReactNode => text;

/** A JSON value, indented and quietly coloured. */
export function JsonView({ value, label, mark = asIs }: JsonViewProps) {
  const text = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
  return (
    <pre className="json" aria-label={label} tabIndex={0}>
      {text.length > LONGEST_COLOURED ? mark(text) : coloured(text, mark)}
    </pre>
  );
}

function coloured(text: string, mark: (text: string) => ReactNode): ReactNode {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    pieces.push(text.slice(end, match.index));
    const [whole, string, colon, word] = match;
    if (string && colon)
      pieces.push(
        <Fragment key={match.index}>
          <span className="json-key">{mark(string)}</span>
          {colon}
        </Fragment>,
      );
    else
      pieces.push(
        <span key={match.index} className={string ? "json-string" : word ? "json-word" : "json-number"}>
          {mark(whole)}
        </span>,
      );
    end = match.index + whole.length;
  }
  pieces.push(text.slice(end));
  return pieces;
}
