import { useState } from "react";
import { formatCount } from "../../ui/format";

const SHOWN_CHARS = 2_400;
const SHOWN_LINES = 40;

/** Text as written. Long texts start folded, so that a conversation can be surveyed. */
export function LongText({ text, mono = false }: { text: string; mono?: boolean }) {
  const [open, setOpen] = useState(false);
  const cut = cutAt(text);
  const isLong = cut < text.length;
  return (
    <>
      <p className={mono ? "part-text mono" : "part-text"}>{open || !isLong ? text : `${text.slice(0, cut)}…`}</p>
      {isLong && (
        <button type="button" className="link part-more" onClick={() => setOpen(!open)}>
          {open ? "Show less" : `Show all ${formatCount(text.length)} characters`}
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
