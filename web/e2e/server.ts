/** The real programs: started on free ports in a folder of their own, and stopped again. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

export interface Running {
  url: string;
  /** Lines of its log so far. */
  log: string[];
  stop: () => Promise<void>;
}

/** The binary under test: `TELLTALE_BINARY`. */
export function binary(): string {
  const path = process.env.TELLTALE_BINARY;
  if (!path) throw new Error("TELLTALE_BINARY must name the telltale binary");
  return path;
}

export async function startTelltale(settings: Record<string, string> = {}, listen = "127.0.0.1:0"): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "telltale-e2e-"));
  const options = ["serve", "--data-dir", folder, "--listen", listen, "--otlp-http", "off", "--otlp-grpc", "off", "--log-format", "text"];
  const running = await start(binary(), options, settings);
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The fake provider of models, built beside the binary. */
export function startProvider(): Promise<Running> {
  return start(join(dirname(binary()), "fake-llm"), ["--port", "0"]);
}

/** Waits for the one JSON line that says where the program listens. */
async function start(program: string, options: string[], settings: Record<string, string> = {}): Promise<Running> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("TELLTALE_"));
  const child = spawn(program, options, { env: { ...Object.fromEntries(own), ...settings }, stdio: ["ignore", "pipe", "pipe"] });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const ready = await new Promise<{ listen: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line) as { listen: string }));
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code} before it was ready:\n${log.join("\n")}`)));
  });
  return { url: `http://${ready.listen}`, log, stop: () => end(child) };
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
