import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { CreatedKey, KeyScope, Project } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { messageOf } from "../../ui/states";
import { rememberKey } from "./key-memory";
import { LANGUAGES, snippet, type Language } from "./snippets";
import { PLACEHOLDER, useTarget, type TargetState } from "./target";

/** A command that sends the first call to this very server, with this project's key where it is known. */
export function ConnectGuide() {
  const [language, setLanguage] = useState<Language>("curl");
  const target = useTarget();
  return (
    <div className="stack connect">
      <Segmented label="Language" value={language} options={LANGUAGES} onChange={setLanguage} />
      <CodeBlock label={`${language} command`} code={snippet(language, target)} />
      <KeyNotice target={target} keyName="first call" scopes={["ingest"]} />
    </div>
  );
}

interface KeyNoticeProps {
  target: TargetState;
  /** Of the key that is made. */
  keyName: string;
  scopes: KeyScope[];
}

/** Whether a key is needed, and one where it is. */
export function KeyNotice({ target, keyName, scopes }: KeyNoticeProps) {
  const { project, needsKey, isOpen, setKey } = target;
  if (needsKey && project) return <FillInKey project={project} keyName={keyName} scopes={scopes} onKey={setKey} />;
  if (!isOpen) return null;
  return <p className="muted">No key needed: this server is in local mode, and calls without one go to the project “default”.</p>;
}

interface FillInKeyProps {
  project: Project;
  keyName: string;
  scopes: KeyScope[];
  onKey: (secret: string) => void;
}

/** Makes a key, and puts it into the text. */
function FillInKey({ project, keyName, scopes, onKey }: FillInKeyProps) {
  const create = useMutation({
    mutationFn: () => request<CreatedKey>(paths.keys(project.id), { method: "POST", body: { name: keyName, scopes } }),
    onSuccess: ({ secret }) => {
      rememberKey(project.id, secret);
      onKey(secret);
    },
  });
  return (
    <div className="notice fill-in">
      <KeyRound size={14} />
      <span className="grow">
        {create.isError ? (
          <span role="alert">{messageOf(create.error)}</span>
        ) : (
          <>
            Replace <code>{PLACEHOLDER}</code> with a key of {project.name}, or make one now.
          </>
        )}
      </span>
      <Button small disabled={create.isPending} onClick={() => create.mutate()}>
        Create a key
      </Button>
    </div>
  );
}
