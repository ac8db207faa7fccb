import { useEffect, type ReactNode } from "react";

interface PageProps {
  title: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
  /** The page fills the window and its table scrolls, instead of the page. */
  locked?: boolean;
  children: ReactNode;
}

export function Page({ title, subtitle, actions, locked, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Telltale`;
  }, [title]);
  return (
    <div className={locked ? "page locked" : "page"}>
      <header className="page-head">
        <div className="titles">
          <h1 className="truncate">{title}</h1>
          {subtitle && <p className="truncate">{subtitle}</p>}
        </div>
        {actions}
      </header>
      <div className="page-body">{children}</div>
    </div>
  );
}
