/** What a prompt says, to read, to compare and to edit. */
import type { PromptVersion } from "../../api/types";
import { readValue } from "../library/values";

/** A message of a chat prompt in the editor: plain ones by role and text, others as JSON. */
export type Draft = { kind: "plain"; role: string; content: string; rest: Record<string, unknown> } | { kind: "json"; json: string };

/** One message, to read. */
export interface Said {
  role: string;
  text: string;
}

export function messagesOf(prompt: unknown[]): Said[] {
  return prompt.map((message) => {
    if (message === null || typeof message !== "object") return { role: "message", text: asJson(message) };
    const { role, content, type, name } = message as Record<string, unknown>;
    if (typeof role === "string") return { role, text: typeof content === "string" ? content : asJson(content) };
    if (type === "placeholder" && typeof name === "string") return { role: "placeholder", text: `{{${name}}}` };
    return { role: "message", text: asJson(message) };
  });
}

function asJson(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}

/** The whole prompt as one text, as versions are compared. */
export function promptText(version: PromptVersion): string {
  if (version.type === "text") return version.prompt;
  return messagesOf(version.prompt)
    .map(({ role, text }) => `[${role}]\n${text}`)
    .join("\n\n");
}

const VARIABLE = /\{\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}\}/gu;

/** Names of what is filled in, in the order in which they first stand. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ""))];
}

/** The text cut where variables begin and end. */
export function piecesOf(text: string): { text: string; isVariable: boolean }[] {
  const pieces: { text: string; isVariable: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isVariable: false });
    pieces.push({ text: match[0], isVariable: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isVariable: false });
  return pieces;
}

export function draftsOf(prompt: unknown[]): Draft[] {
  return prompt.map((message) => {
    if (message !== null && typeof message === "object" && !Array.isArray(message)) {
      const { role, content, ...rest } = message as Record<string, unknown>;
      if (typeof role === "string" && typeof content === "string") return { kind: "plain", role, content, rest };
    }
    return { kind: "json", json: asJson(message) };
  });
}

/** The messages of drafts; what keys plain ones had besides stays. */
export function promptOf(drafts: Draft[]): unknown[] {
  return drafts.map((draft) =>
    draft.kind === "plain" ? { ...draft.rest, role: draft.role, content: draft.content } : readValue(draft.json),
  );
}
