/** Every number, time and amount is written here, and nowhere else. Unknown is shown as unknown, never as zero. */

type Maybe<T> = T | null | undefined;

/** What stands where a value is not known. */
export const UNKNOWN = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

export function formatCount(value: Maybe<number>): string {
  return value == null ? UNKNOWN : whole.format(value);
}

/** 1,284 → "1.28k": for tiles and axes; up to 9,999 stays exact. */
export function formatCompact(value: Maybe<number>): string {
  if (value == null) return UNKNOWN;
  const size = Math.abs(value);
  if (size < 10_000) return size < 100 && !Number.isInteger(value) ? twoDigits.format(value) : whole.format(value);
  for (const [unit, suffix] of [
    [1e12, "T"],
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (size >= unit) return `${threeFigures(value / unit)}${suffix}`;
  }
  return whole.format(value);
}

function threeFigures(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\.0+$|(\.\d*[1-9])0+$/, "$1");
}

/** A share of one, as a percentage: 0.9987 → "99.87%". Never rounds up to 100% or down to 0%. */
export function formatPercent(share: Maybe<number>): string {
  if (share == null) return UNKNOWN;
  const percent = share * 100;
  if (percent > 99.99 && percent < 100) return ">99.99%";
  if (percent > 0 && percent < 0.01) return "<0.01%";
  return `${twoDigits.format(percent)}%`;
}

/** A difference of shares, in percentage points: 0.125 → "12.5 pp". */
export function formatPoints(difference: Maybe<number>): string {
  return difference == null ? UNKNOWN : `${twoDigits.format(difference * 100)} pp`;
}

/** All digits of an amount, at most the 12 that are kept: 0.0000105 → "$0.0000105". */
export function formatMoneyExact(usd: Maybe<number>): string {
  if (usd == null) return "unknown";
  const [int = "0", fraction = ""] = Math.abs(usd).toFixed(12).split(".");
  const digits = trimRoundingNoise(int, fraction).replace(/0+$/, "").padEnd(2, "0");
  return `${usd < 0 ? "-" : ""}$${whole.format(Number(int))}.${digits}`;
}

/** A double holds 15 decimal digits for certain; digits beyond are noise of the binary form. */
function trimRoundingNoise(int: string, fraction: string): string {
  const certain = 15 - (int === "0" ? 0 : int.length);
  if (fraction.length <= certain) return fraction;
  return Number(`0.${fraction}`).toFixed(Math.max(certain, 2)).split(".")[1] ?? "";
}

/** An amount for reading at a glance: cents above a dollar, three figures below. */
export function formatMoney(usd: Maybe<number>): string {
  if (usd == null) return "unknown";
  if (usd === 0) return "$0.00";
  const size = Math.abs(usd);
  const sign = usd < 0 ? "-" : "";
  if (size >= 100_000) return `${sign}$${formatCompact(size)}`;
  if (size >= 1) return `${sign}$${size.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  const places = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(size))));
  return `${sign}$${size.toFixed(places).replace(/(\.\d{2,}?)0+$/, "$1")}`;
}

/** Milliseconds as "0.42 ms", "840 ms", "1.25 s", "2 m 5 s", "3 h 12 m". */
export function formatDuration(ms: Maybe<number>): string {
  if (ms == null) return UNKNOWN;
  const size = Math.abs(ms);
  const sign = ms < 0 ? "-" : "";
  if (size < 1 && size > 0) return `${sign}${twoDigits.format(size)} ms`;
  if (size < 999.5) return `${sign}${size < 10 ? oneDigit.format(size) : whole.format(size)} ms`;
  if (size < 59_950) return `${sign}${size < 9_995 ? twoDigits.format(size / 1e3) : oneDigit.format(size / 1e3)} s`;
  const seconds = Math.round(size / 1e3);
  if (seconds < 3_600) return `${sign}${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${sign}${Math.floor(minutes / 60)} h ${minutes % 60} m`;
  return `${sign}${oneDigit.format(minutes / 1_440)} d`;
}

export function formatBytes(bytes: Maybe<number>): string {
  if (bytes == null) return UNKNOWN;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${oneDigit.format(bytes / 1024 ** step)} ${units[step]}`;
}

export function formatNumber(value: Maybe<number>): string {
  if (value == null) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 10_000) return formatCompact(value);
  return size !== 0 && size < 0.01 ? value.toPrecision(2) : twoDigits.format(value);
}

/** Milliseconds since the epoch, with the fraction that Date.parse drops: waterfalls need microseconds. */
export function parseTime(iso: string): number {
  const fraction = /\.(\d{4,})/.exec(iso)?.[1];
  const base = Date.parse(iso);
  return fraction ? base + Number(`0.${fraction.slice(3)}`) : base;
}

const dayAndTime: Intl.DateTimeFormatOptions = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** "Jan 31, 09:30" in the reader's zone, with seconds where they matter. */
export function formatTime(iso: Maybe<string>, options: { seconds?: boolean } = {}): string {
  if (!iso) return UNKNOWN;
  return new Date(iso).toLocaleString("en-US", options.seconds ? { ...dayAndTime, second: "2-digit" } : dayAndTime);
}

/** "09:30:05.120" in the reader's zone. */
export function formatClock(iso: Maybe<string>): string {
  if (!iso) return UNKNOWN;
  const date = new Date(iso);
  const clock = date.toLocaleTimeString("en-US", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  return `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** "just now", "4 m ago", "3 d ago". */
export function formatAgo(iso: Maybe<string>, now = Date.now()): string {
  if (!iso) return "never";
  const seconds = (now - Date.parse(iso)) / 1e3;
  if (seconds < -5) return `in ${age(-seconds)}`;
  return seconds < 5 ? "just now" : `${age(seconds)} ago`;
}

function age(seconds: number): string {
  for (const [unit, suffix] of [
    [86_400, "d"],
    [3_600, "h"],
    [60, "m"],
  ] as const) {
    if (seconds >= unit) return `${Math.floor(seconds / unit)} ${suffix}`;
  }
  return `${Math.floor(seconds)} s`;
}

/** Relative change against an earlier value; null where it means nothing. */
export function changeOf(current: Maybe<number>, previous: Maybe<number>): number | null {
  if (current == null || previous == null || previous === 0) return null;
  return (current - previous) / previous;
}

export function formatChange(change: number): string {
  const percent = Math.abs(change * 100);
  if (percent > 999) return ">999%";
  return `${percent < 10 ? oneDigit.format(percent) : whole.format(percent)}%`;
}

export function shortId(id: string): string {
  return id.length > 8 ? id.slice(0, 8) : id;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
