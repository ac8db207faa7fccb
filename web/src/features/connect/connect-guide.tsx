import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { CreatedKey, Me, Project } from "../../api/types";
import { Button, Segmented } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { messageOf } from "../../ui/states";
import { useProjects } from "../session/session";
import { rememberedKey, rememberKey } from "./key-memory";
import { LANGUAGES, snippet, type Language } from "./snippets";

const PLACEHOLDER = "YOUR_KEY";

/** A command that sends the first call to this very server, with this project's key where it is known. */
export function ConnectGuide() {
  const [language, setLanguage] = useState<Language>("curl");
  const { current } = useProjects();
  const me = useRead<Me>(paths.me);
  const [known, setKnown] = useState(() => (current ? rememberedKey(current.id) : null));
  // Without a key, local traffic goes to the default project: any other needs one even here.
  const isOpen = me.data?.mode === "local" && (current?.name === "default" || current === null);
  const key = known ?? (isOpen ? null : PLACEHOLDER);
  return (
    <div className="stack connect">
      <Segmented label="Language" value={language} options={LANGUAGES} onChange={setLanguage} />
      <CodeBlock label={`${language} command`} code={snippet(language, { url: window.location.origin, key })} />
      {key === PLACEHOLDER && current && <FillInKey project={current} onKey={setKnown} />}
      {isOpen && known === null && (
        <p className="muted">No key needed: this server is in local mode, and calls without one go to the project “default”.</p>
      )}
    </div>
  );
}

/** Makes a key that may only send data, and puts it into the command. */
function FillInKey({ project, onKey }: { project: Project; onKey: (secret: string) => void }) {
  const create = useMutation({
    mutationFn: () => request<CreatedKey>(paths.keys(project.id), { method: "POST", body: { name: "first call", scopes: ["ingest"] } }),
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
