import type { Message } from "../../api/types";

/** A message as plain text, for the clipboard. */
export function textOf(message: Message): string {
  return message.parts
    .map((part) => {
      switch (part.type) {
        case "text":
        case "reasoning":
        case "refusal":
          return part.text;
        case "tool_call":
          return `${part.name}(${asText(part.arguments)})`;
        case "tool_result":
          return asText(part.result);
        case "media":
          return part.uri;
        default:
          return asText(part.value);
      }
    })
    .join("\n\n");
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

/** A string that holds a JSON object or list, parsed; anything else as it is. */
export function parsedIfJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
