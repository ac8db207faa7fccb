import type { ReactNode } from "react";
import { CopyButton } from "../../ui/copy";
import { JsonView } from "../../ui/json-view";
import { LongText } from "../conversation/long-text";
import { Media } from "../conversation/media";
import { asText } from "../conversation/text";
import { isMessage, mediaIn, type Medium } from "./values";
import "../conversation/conversation.css";
import "./library.css";

/** A JSON value to read: text as text, messages as messages, the rest as JSON with the media that it names. */
export function ValueView({ value, label }: { value: unknown; label: string }) {
  if (value === null || value === undefined) return <p className="muted">none</p>;
  if (typeof value === "string") return value === "" ? <p className="muted">empty text</p> : <LongText text={value} />;
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage)) {
    return (
      <ol className="value-messages" aria-label={label}>
        {value.map((message, index) => (
          <li key={index}>
            <b className="soft">{message.role}</b>
            <LongText text={message.content} />
          </li>
        ))}
      </ol>
    );
  }
  return (
    <>
      <JsonView value={value} label={label} />
      {mediaIn(value).map((medium, index) => (
        <Media key={index} part={{ type: "media", media: kindOf(medium), ...medium }} />
      ))}
    </>
  );
}

/** `image`, `audio`, `video`; else a file. */
function kindOf({ mime_type }: Medium): string {
  const kind = mime_type?.split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "file";
}

interface ValueSectionProps {
  title: string;
  value: unknown;
  note?: ReactNode;
  /** Shown with nothing in it too. */
  always?: boolean;
}

/** A value under its name, with a way to copy it. */
export function ValueSection({ title, value, note, always }: ValueSectionProps) {
  const isNone = value === null || value === undefined;
  if (isNone && !always) return null;
  return (
    <section className="value-section" aria-label={title}>
      <header>
        <h3>{title}</h3>
        {note}
        <span className="grow" />
        {!isNone && <CopyButton text={asText(value)} label={`Copy ${title.toLowerCase()}`} />}
      </header>
      <div className="value-body">
        <ValueView value={value} label={title} />
      </div>
    </section>
  );
}
