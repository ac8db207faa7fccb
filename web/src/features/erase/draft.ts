/** From what is typed to what is asked for. */
import type { EraseTarget } from "../../api/types";

export interface Draft {
  by: EraseTarget["by"];
  /** The id or filter. */
  name: string;
  /** `datetime-local` values, in UTC; empty for no bound. */
  from: string;
  to: string;
}

export interface Chosen {
  target: EraseTarget | null;
  problem: string | null;
}

const TRACE_ID = /^[0-9a-f]{32}$/;

export function chosenTarget({ by, name, from, to }: Draft): Chosen {
  if (by === "project") return { target: { by }, problem: null };
  if (by !== "user" && by !== "session") name = name.trim();
  if (name === "") return refused("Say what to erase.");
  switch (by) {
    case "user":
      return { target: { by, user_id: name }, problem: null };
    case "session":
      return { target: { by, session_id: name }, problem: null };
    case "trace": {
      const id = name.replaceAll("-", "").toLowerCase();
      if (!TRACE_ID.test(id)) return refused("A trace id has 32 hexadecimal digits.");
      return { target: { by, trace_id: id }, problem: null };
    }
    case "filter": {
      const bounds = { ...(from ? { from: `${from}:00Z` } : {}), ...(to ? { to: `${to}:00Z` } : {}) };
      if (from && to && from >= to) return refused("The start must be before the end.");
      return { target: { by, filter: name, ...bounds }, problem: null };
    }
  }
}

function refused(problem: string): Chosen {
  return { target: null, problem };
}
