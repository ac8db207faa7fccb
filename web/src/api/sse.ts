/** Server-sent events over fetch: unlike EventSource it can carry the project header, and it sees error answers. */

export interface ServerEvent {
  event: string;
  data: string;
  id: string | null;
}

/** Splits a stream into events. Feed it text as it arrives. */
export class EventParser {
  private buffer = "";
  private event = "message";
  private data: string[] = [];
  private id: string | null = null;

  push(chunk: string): ServerEvent[] {
    this.buffer += chunk;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.buffer);
      if (!end) return events;
      const line = this.buffer.slice(0, end.index);
      this.buffer = this.buffer.slice(end.index + end[0].length);
      const done = this.line(line);
      if (done) events.push(done);
    }
  }

  private line(line: string): ServerEvent | null {
    if (line === "") {
      const complete = this.data.length > 0 ? { event: this.event, data: this.data.join("\n"), id: this.id } : null;
      this.event = "message";
      this.data = [];
      return complete;
    }
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id") this.id = value;
    return null;
  }
}
