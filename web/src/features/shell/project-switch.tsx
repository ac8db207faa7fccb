import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { Link } from "react-router";
import { Popover } from "../../ui/popover";
import { useProjects } from "../session/session";

export function ProjectSwitch() {
  const { projects, current, choose } = useProjects();
  const name = current?.name ?? "No project";
  return (
    <Popover
      className="project-switch"
      ariaLabel={`Project: ${name}`}
      label={
        <>
          <span className="avatar" aria-hidden="true">
            {name.slice(0, 1)}
          </span>
          <span className="truncate grow" style={{ textAlign: "left" }}>
            {name}
          </span>
          <ChevronsUpDown size={13} />
        </>
      }
    >
      {(close) => (
        <>
          {projects.map((project) => (
            <button
              key={project.id}
              type="button"
              className="menu-item"
              onClick={() => {
                choose(project.id);
                close();
              }}
            >
              <span className="truncate grow">{project.name}</span>
              {project.id === current?.id && <Check size={14} />}
            </button>
          ))}
          <div className="menu-separator" />
          <Link className="menu-item" to="/projects" onClick={close}>
            <Plus size={14} />
            Manage projects
          </Link>
        </>
      )}
    </Popover>
  );
}
