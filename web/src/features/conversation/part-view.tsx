import { Brain, CornerDownRight, ShieldX, SquareFunction } from "lucide-react";
import type { ReactNode } from "react";
import type { Part } from "../../api/types";
import { Marked, MarkedJson, useMatches } from "../highlight/highlight";
import { LongText } from "./long-text";
import { Media } from "./media";
import { parsedIfJson } from "./text";

export function PartView({ part }: { part: Part }) {
  switch (part.type) {
    case "text":
      return <LongText text={part.text} />;
    case "reasoning":
      return <Reasoning text={part.text} />;
    case "tool_call":
      return (
        <Framed icon={<SquareFunction size={13} />} title={part.name} note={part.id} label={`Tool call ${part.name}`}>
          <MarkedJson value={parsedIfJson(part.arguments)} label="Arguments" />
        </Framed>
      );
    case "tool_result": {
      const result = parsedIfJson(part.result);
      return (
        <Framed icon={<CornerDownRight size={13} />} title="Result" note={part.id} label="Tool result">
          {typeof result === "string" ? <LongText text={result} mono /> : <MarkedJson value={result} label="Result" />}
        </Framed>
      );
    }
    case "refusal":
      return (
        <div className="part refusal" role="note" aria-label="Refusal">
          <ShieldX size={14} />
          <LongText text={part.text} />
        </div>
      );
    case "media":
      return <Media part={part} />;
    default:
      return (
        <Framed icon={<SquareFunction size={13} />} title="Other content" label="Other content">
          <MarkedJson value={part.value} label="Value" />
        </Framed>
      );
  }
}

/** Folded, unless what is looked for is inside. */
function Reasoning({ text }: { text: string }) {
  const hasMatch = useMatches(text).length > 0;
  return (
    <details className="part reasoning" open={hasMatch}>
      <summary>
        <Brain size={13} />
        Reasoning
      </summary>
      <LongText text={text} />
    </details>
  );
}

interface FramedProps {
  icon: ReactNode;
  title: string;
  note?: string | null | undefined;
  label: string;
  children: ReactNode;
}

function Framed({ icon, title, note, label, children }: FramedProps) {
  return (
    <section className="part framed" aria-label={label}>
      <header>
        {icon}
        <code>
          <Marked text={title} />
        </code>
        {note && (
          <code className="muted truncate part-id" title={note}>
            {note}
          </code>
        )}
      </header>
      <div className="framed-body">{children}</div>
    </section>
  );
}
