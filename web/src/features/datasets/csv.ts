/** Reads comma-separated values as RFC 4180 has them: quotes, doubled quotes, line breaks inside quotes. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  let wasQuoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
    wasQuoted = false;
  };
  const endRow = () => {
    // A line with nothing on it is no row.
    const isBlank = row.length === 0 && cell === "" && !wasQuoted;
    endCell();
    if (!isBlank) rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && cell === "") {
      isQuoted = true;
      wasQuoted = true;
    } else if (char === ",") endCell();
    else if (char === "\n") endRow();
    else if (char !== "\r" || text[at + 1] !== "\n") cell += char;
  }
  if (isQuoted) throw new Error("A quoted cell does not end.");
  if (cell !== "" || row.length > 0 || wasQuoted) endRow();
  return rows;
}
