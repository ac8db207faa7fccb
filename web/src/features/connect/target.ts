import { useState } from "react";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Me, Project } from "../../api/types";
import { useProjects } from "../session/session";
import { rememberedKey } from "./key-memory";
import type { Target } from "./snippets";

export const PLACEHOLDER = "YOUR_KEY";

export interface TargetState extends Target {
  /** Whether a key is needed and not known yet: the text then holds the placeholder. */
  needsKey: boolean;
  /** Whether calls without a key are taken. */
  isOpen: boolean;
  project: Project | null;
  setKey: (secret: string) => void;
}

/** This server as SDKs are told of it, with the chosen project's key where this tab knows it. */
export function useTarget(): TargetState {
  const { current } = useProjects();
  const me = useRead<Me>(paths.me);
  const [made, setMade] = useState<{ project: string; key: string } | null>(null);
  const known = current && (made?.project === current.id ? made.key : rememberedKey(current.id));
  // Without a key, local traffic goes to the default project: any other needs one even here.
  const isOpen = me.data?.mode === "local" && (current?.name === "default" || current === null);
  const key = known ?? (isOpen ? null : PLACEHOLDER);
  const setKey = (secret: string) => setMade(current && { project: current.id, key: secret });
  return { url: window.location.origin, key, needsKey: key === PLACEHOLDER, isOpen: isOpen && !known, project: current, setKey };
}
