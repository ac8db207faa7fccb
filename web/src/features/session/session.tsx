import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { selectProject, request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { retryUnlessRefused } from "../../api/queries";
import type { Items, Project } from "../../api/types";
import { ErrorState, Skeleton } from "../../ui/states";

const KEY = "telltale.project";

interface ProjectState {
  projects: Project[];
  /** The project whose data is shown. */
  current: Project | null;
  choose: (id: string) => void;
}

const ProjectContext = createContext<ProjectState | null>(null);

/** Loads the projects and keeps the chosen one, in this browser. Children start when it is known. */
export function ProjectProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState(() => ofAddress() ?? localStorage.getItem(KEY));
  const list = useQuery({ queryKey: [paths.projects], queryFn: ({ signal }) => listProjects(signal), retry: retryUnlessRefused });
  const projects = list.data;
  const current = projects ? (projects.find((project) => project.id === chosen) ?? firstChoice(projects)) : null;
  // Set while rendering, not in an effect: the children's first requests must carry it already.
  selectProject(current?.id ?? null);

  useEffect(() => {
    if (current) localStorage.setItem(KEY, current.id);
  }, [current]);

  const choose = useCallback(
    (id: string) => {
      selectProject(id);
      setChosen(id);
      localStorage.setItem(KEY, id);
      // Everything but the list itself belongs to the project left behind.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== paths.projects });
    },
    [client],
  );
  const state = useMemo(() => ({ projects: projects ?? [], current, choose }), [projects, current, choose]);

  if (list.isError)
    return (
      <div className="gate">
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      </div>
    );
  if (!projects)
    return (
      <div className="gate" role="status" aria-label="Loading">
        <Skeleton height={120} width={320} />
      </div>
    );
  return <ProjectContext value={state}>{children}</ProjectContext>;
}

/** Links that programs print name the project whose page they lead to. */
function ofAddress(): string | null {
  return new URLSearchParams(window.location.search).get("project");
}

async function listProjects(signal: AbortSignal): Promise<Project[]> {
  return (await request<Items<Project>>(paths.projects, { signal })).items;
}

function firstChoice(projects: Project[]): Project | null {
  return projects.find((project) => project.name === "default") ?? projects[0] ?? null;
}

export function useProjects(): ProjectState {
  const state = useContext(ProjectContext);
  if (!state) throw new Error("useProjects belongs inside ProjectProvider");
  return state;
}
