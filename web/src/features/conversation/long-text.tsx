import { useState } from "react";
import { formatCount, plural } from "../../ui/format";
import { markedPieces, useMatches } from "../highlight/highlight";

const SHOWN_CHARS = 2_400;
const SHOWN_LINES = 40;

/** Opening a longer text by itself would hide the rest of the conversation. */
const LONGEST_OPENED = 20_000;

/** Text as written. Long texts start folded, so that a conversation can be surveyed, unless what is looked for is further down. */
export function LongText({ text, mono = false }: { text: string; mono?: boolean }) {
  const matches = useMatches(text);
  const cut = cutAt(text);
  const isLong = cut < text.length;
  const hidden = isLong ? matches.filter((match) => match.end > cut).length : 0;
  const [chosen, setOpen] = useState<boolean | null>(null);
  const open = chosen ?? (hidden > 0 && text.length <= LONGEST_OPENED);
  return (
    <>
      <p className={mono ? "part-text mono" : "part-text"}>
        {open || !isLong ? markedPieces(text, matches) : markedPieces(text, matches, 0, cut)}
        {isLong && !open && "…"}
      </p>
      {isLong && (
        <button type="button" className="link part-more" onClick={() => setOpen(!open)}>
          {open
            ? "Show less"
            : `Show all ${formatCount(text.length)} characters${hidden > 0 ? `, ${plural(hidden, "match", "matches")} in the rest` : ""}`}
        </button>
      )}
    </>
  );
}

/** Where a text is folded: after so many characters or lines, whichever comes first. */
export function cutAt(text: string): number {
  // A little over the limit is not worth a button.
  if (text.length <= SHOWN_CHARS * 1.2 && text.split("\n", SHOWN_LINES * 2).length <= SHOWN_LINES * 1.2) return text.length;
  let end = 0;
  for (let line = 0; line < SHOWN_LINES; line += 1) {
    const next = text.indexOf("\n", end);
    if (next < 0 || next > SHOWN_CHARS) return Math.min(text.length, SHOWN_CHARS);
    end = next + 1;
  }
  return end;
}
