import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";

const SHOWN_MS = 1_600;

/** Copies `text`, and says that it did. */
export function CopyButton({ text, label = "Copy", showLabel = false }: { text: string; label?: string; showLabel?: boolean }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = async () => setState((await writeClipboard(text)) ? "copied" : "failed");
  const words = state === "copied" ? "Copied" : state === "failed" ? "Select it and copy by hand" : label;
  return (
    <Button className="copy" variant="ghost" small icon={!showLabel} aria-label={words} onClick={() => void copy()}>
      {state === "copied" ? <Check size={14} /> : <Copy size={14} />}
      {showLabel && words}
    </Button>
  );
}

/** The clipboard API exists only on https and localhost; a plain http address needs the old way. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="code">
      <pre aria-label={label} tabIndex={0}>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={`Copy ${label}`} />
    </div>
  );
}
