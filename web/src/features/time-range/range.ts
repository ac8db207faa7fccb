/** A time range as the URL carries it: `range=24h`, or `from=…&to=…`. */

export const PRESETS = ["15m", "1h", "6h", "24h", "7d", "30d", "90d"] as const;
export type Preset = (typeof PRESETS)[number];
export const DEFAULT_PRESET: Preset = "24h";

export type RangeSpec = { preset: Preset } | { from: string; to: string };
export interface ResolvedRange {
  from: string;
  to: string;
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export function presetMs(preset: Preset): number {
  return Number(preset.slice(0, -1)) * UNIT_MS[preset.slice(-1) as keyof typeof UNIT_MS];
}

/** Nonsense in the URL means the default range. */
export function readRange(params: URLSearchParams): RangeSpec {
  const from = toIso(params.get("from"));
  const to = toIso(params.get("to"));
  if (from && to && from < to) return { from, to };
  const preset = PRESETS.find((known) => known === params.get("range"));
  return { preset: preset ?? DEFAULT_PRESET };
}

/** Changes only the range in `params`; the default range leaves no trace. */
export function writeRange(params: URLSearchParams, spec: RangeSpec): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of ["range", "from", "to"]) next.delete(name);
  if ("from" in spec) {
    next.set("from", spec.from);
    next.set("to", spec.to);
  } else if (spec.preset !== DEFAULT_PRESET) {
    next.set("range", spec.preset);
  }
  return next;
}

export function resolveRange(spec: RangeSpec, now: number): ResolvedRange {
  if ("from" in spec) return spec;
  return { from: new Date(now - presetMs(spec.preset)).toISOString(), to: new Date(now).toISOString() };
}

const PRESET_NAMES: Record<Preset, string> = {
  "15m": "Last 15 minutes",
  "1h": "Last hour",
  "6h": "Last 6 hours",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
};

export function presetName(preset: Preset): string {
  return PRESET_NAMES[preset];
}

export function rangeLabel(spec: RangeSpec): string {
  if (!("from" in spec)) return presetName(spec.preset);
  const day: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const from = new Date(spec.from);
  const to = new Date(spec.to);
  const sameDay = from.toDateString() === to.toDateString();
  const start = from.toLocaleString("en-US", { ...day, ...clock });
  return `${start} – ${to.toLocaleString("en-US", sameDay ? clock : { ...day, ...clock })}`;
}

/** The value of an `<input type="datetime-local">` for a time, in the reader's zone. */
export function toLocalInput(iso: string): string {
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function toIso(text: string | null): string | null {
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
