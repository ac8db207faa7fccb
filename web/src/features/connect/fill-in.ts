import type { Target } from "./snippets";

/** What the pages in docs/integrations write where a reader's own server and key belong. */
const WRITTEN = { url: "http://localhost:8001", host: "localhost:8001", grpc: "localhost:4317", key: "YOUR_KEY" };

/** Some SDKs insist on a key even where the server asks for none. */
const ANY_KEY = "any";

/** A page of the docs with this server's address, and the key where one is known. */
export function fillIn(text: string, target: Target): string {
  const { host, hostname } = new URL(target.url);
  return text
    .replaceAll(WRITTEN.url, target.url)
    .replaceAll(WRITTEN.host, host)
    .replaceAll(WRITTEN.grpc, `${hostname}:4317`)
    .replaceAll(WRITTEN.key, target.key ?? ANY_KEY);
}
