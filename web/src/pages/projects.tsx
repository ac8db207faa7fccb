import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Project } from "../api/types";
import { CreateProject } from "../features/projects/create-project";
import { DeleteProject } from "../features/projects/delete-project";
import { KeyList } from "../features/projects/key-list";
import { useProjects } from "../features/session/session";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy";
import { formatTime } from "../ui/format";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import "../features/projects/projects.css";

export default function ProjectsPage() {
  const { projects, current, choose } = useProjects();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<Project | null>(null);
  return (
    <Page
      title="Projects & keys"
      subtitle="A project is a wall: its keys reach its data and nothing else"
      actions={
        <Button variant="primary" onClick={() => setCreating(true)}>
          <Plus size={14} />
          New project
        </Button>
      }
    >
      <div className="narrow-page stack" style={{ gap: 16 }}>
        {projects.length === 0 && (
          <div className="card">
            <Empty title="No projects yet">Create one to get a key and send data.</Empty>
          </div>
        )}
        {projects.map((project) => (
          <section key={project.id} className="card project" aria-label={`Project ${project.name}`}>
            <header className="card-head">
              <h2 className="truncate">{project.name}</h2>
              {project.id === current?.id && <Badge tone="accent">shown</Badge>}
              <span className="muted num truncate">created {formatTime(project.created_at)}</span>
              <span className="spacer" />
              <CopyButton text={project.id} label="Copy project id" />
              <Button
                small
                onClick={() => {
                  if (project.id !== current?.id) choose(project.id);
                  void navigate("/settings");
                }}
                aria-label={`Retention and erasing of ${project.name}`}
              >
                Retention
              </Button>
              {project.id !== current?.id && (
                <Button small onClick={() => choose(project.id)}>
                  Show
                </Button>
              )}
              <Button variant="ghost" small icon aria-label={`Delete project ${project.name}`} onClick={() => setDoomed(project)}>
                <Trash2 size={14} />
              </Button>
            </header>
            <KeyList project={project} />
          </section>
        ))}
      </div>
      {isCreating && <CreateProject onClose={() => setCreating(false)} />}
      {doomed && <DeleteProject project={doomed} onClose={() => setDoomed(null)} />}
    </Page>
  );
}
