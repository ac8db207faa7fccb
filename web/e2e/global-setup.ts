/** One server for all tests, unless `TELLTALE_URL` names a running one. */
import { startTelltale } from "./server";

export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TELLTALE_URL) return undefined;
  const server = await startTelltale();
  process.env.TELLTALE_URL = server.url;
  return server.stop;
}
