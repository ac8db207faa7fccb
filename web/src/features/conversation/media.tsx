import { File, Image, Music, Video } from "lucide-react";
import { useState } from "react";
import { addressOf } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Part } from "../../api/types";
import { formatBytes } from "../../ui/format";

type MediaPart = Extract<Part, { type: "media" }>;

const ICONS = { image: Image, audio: Music, video: Video } as const;
/** Of media that this server keeps. */
const STORED = "telltale-media:";

/** Inline media and those that this server keeps are shown; media elsewhere are only named: opening a trace must not call other servers. */
export function Media({ part }: { part: MediaPart }) {
  const [failed, setFailed] = useState(false);
  const stored = part.uri.startsWith(STORED) ? addressOf(paths.media(part.uri.slice(STORED.length))) : null;
  const isInline = part.uri.startsWith("data:");
  const source = stored ?? (isInline && part.media === "image" ? part.uri : null);
  if (source && !failed) {
    const player = playerOf(part, source, () => setFailed(true));
    if (player) return player;
  }
  return <MediaLine part={part} link={stored} note={failed ? "could not be loaded" : null} />;
}

/** What shows or plays it; nothing for what a browser does not show. */
function playerOf(part: MediaPart, source: string, onError: () => void) {
  const name = part.mime_type ?? part.media;
  switch (part.media) {
    case "image":
      return <img className="part media-image" src={source} alt={part.mime_type ?? "Image"} onError={onError} />;
    case "audio":
      return <audio className="part media-audio" src={source} controls preload="none" aria-label={name} onError={onError} />;
    case "video":
      return <video className="part media-image" src={source} controls preload="none" aria-label={name} onError={onError} />;
    default:
      return null;
  }
}

function MediaLine({ part, link, note }: { part: MediaPart; link: string | null; note: string | null }) {
  const Icon = ICONS[part.media as keyof typeof ICONS] ?? File;
  const isInline = part.uri.startsWith("data:");
  const isElsewhere = /^https?:\/\//.test(part.uri);
  return (
    <div className="part media">
      <Icon size={15} />
      <span>{part.media}</span>
      {part.mime_type && <code className="muted">{part.mime_type}</code>}
      {isInline ? (
        <span className="muted">inline, {formatBytes(Math.round((part.uri.length - part.uri.indexOf(",") - 1) * 0.75))}</span>
      ) : link ? (
        <a className="link truncate" href={link} download>
          {part.uri.slice(STORED.length)}
        </a>
      ) : isElsewhere ? (
        <a className="link truncate" href={part.uri} target="_blank" rel="noreferrer noopener">
          {part.uri}
        </a>
      ) : (
        <code className="truncate">{part.uri}</code>
      )}
      {note && <span className="muted">{note}</span>}
    </div>
  );
}
