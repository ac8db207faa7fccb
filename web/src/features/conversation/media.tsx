import { File, Image, Music, Video } from "lucide-react";
import { useState } from "react";
import { addressOf } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { Part } from "../../api/types";
import { formatBytes } from "../../ui/format";

const ICONS = { image: Image, audio: Music, video: Video } as const;

/** What names a medium that this server keeps. */
const STORED = "telltale-media:";

/** Media of this server is shown, inline or stored; media elsewhere is only named: opening a trace must not call other servers. */
export function Media({ part }: { part: Extract<Part, { type: "media" }> }) {
  const [failed, setFailed] = useState(false);
  const Icon = ICONS[part.media as keyof typeof ICONS] ?? File;
  const isInline = part.uri.startsWith("data:");
  const stored = part.uri.startsWith(STORED) ? addressOf(paths.media(part.uri.slice(STORED.length))) : null;
  const own = stored ?? (isInline ? part.uri : null);
  if (own && part.media === "image" && !failed) {
    return <img className="part media-image" src={own} alt={part.mime_type ?? "Image"} onError={() => setFailed(true)} />;
  }
  const isLink = /^https?:\/\//.test(part.uri);
  return (
    <div className="part media">
      <Icon size={15} />
      <span>{part.media}</span>
      {part.mime_type && <code className="muted">{part.mime_type}</code>}
      {isInline ? (
        <span className="muted">inline, {formatBytes(Math.round((part.uri.length - part.uri.indexOf(",") - 1) * 0.75))}</span>
      ) : stored ? (
        <a className="link truncate" href={stored} download>
          Download
        </a>
      ) : isLink ? (
        <a className="link truncate" href={part.uri} target="_blank" rel="noreferrer noopener">
          {part.uri}
        </a>
      ) : (
        <code className="truncate">{part.uri}</code>
      )}
    </div>
  );
}
