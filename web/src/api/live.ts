/** New rows as they are committed. */
import { headersOf, urlOf } from "./client";
import { EventParser } from "./sse";
import type { LiveBatch, LiveRow } from "./types";

/** `refused`: the server takes no such filter on a live stream. */
export type LiveState = "connecting" | "live" | "lost" | "refused";

interface LiveHandlers {
  /** Rows of one commit, in the order they came. */
  onRows: (rows: LiveRow[]) => void;
  onState: (state: LiveState) => void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Follows the live stream until the returned function is called; reconnects with growing pauses. */
export function followLive(query: { kind?: string; filter?: string }, handlers: LiveHandlers): () => void {
  const abort = new AbortController();
  let retryMs = FIRST_RETRY_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = async () => {
    handlers.onState("connecting");
    try {
      const headers = headersOf(false);
      headers.set("accept", "text/event-stream");
      const response = await fetch(urlOf("/api/v1/live", query), { headers, signal: abort.signal, credentials: "same-origin" });
      if (response.status === 400) return handlers.onState("refused");
      if (!response.ok || !response.body) throw new Error(`live stream answered ${response.status}`);
      handlers.onState("live");
      retryMs = FIRST_RETRY_MS;
      await readEvents(response.body, handlers);
    } catch {
      // Lost or refused: both are shown as lost and tried again.
    }
    if (abort.signal.aborted) return;
    handlers.onState("lost");
    timer = setTimeout(() => void connect(), retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };

  void connect();
  return () => {
    abort.abort();
    clearTimeout(timer);
  };
}

async function readEvents(body: ReadableStream<Uint8Array>, handlers: LiveHandlers): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parser.push(decoder.decode(value, { stream: true }))) {
      if (event.event === "rows") handlers.onRows((JSON.parse(event.data) as LiveBatch).rows);
    }
  }
}
