import { Suspense } from "react";
import { NavLink, Outlet, useLocation } from "react-router";
import { SkeletonRows } from "../../ui/states";
import { ProjectProvider, useProjects } from "../session/session";
import { RangeProvider, useRangeSearch } from "../time-range/range-context";
import { AccountMenu } from "./account-menu";
import { NAVIGATION } from "./navigation";
import { PageBoundary } from "./page-boundary";
import { ProjectSwitch } from "./project-switch";

/** The frame around every page: navigation, project, theme. */
export function Shell() {
  return (
    <ProjectProvider>
      <RangeProvider>
        <a className="visually-hidden" href="#main">
          Skip to content
        </a>
        <div className="shell">
          <Sidebar />
          <main id="main" className="main" tabIndex={-1}>
            <CurrentPage />
          </main>
        </div>
      </RangeProvider>
    </ProjectProvider>
  );
}

/** Another project is another page: nothing of the last one may linger in its state. */
function CurrentPage() {
  const { current } = useProjects();
  const { pathname } = useLocation();
  return (
    <PageBoundary key={`${current?.id}${pathname}`}>
      <Suspense fallback={<SkeletonRows rows={12} />}>
        <Outlet />
      </Suspense>
    </PageBoundary>
  );
}

function Sidebar() {
  const search = useRangeSearch();
  return (
    <nav className="sidebar" aria-label="Main">
      <NavLink className="brand" to="/" aria-label="Telltale: overview">
        <img src="/favicon.svg" alt="" />
        <span>Telltale</span>
      </NavLink>
      <ProjectSwitch />
      {NAVIGATION.map((group) => (
        <div key={group.title} role="group" aria-label={group.title}>
          <div className="group" aria-hidden="true">
            {group.title}
          </div>
          {group.items.map(({ to, label, icon: Icon }) => (
            <NavLink key={to} className="nav-item" to={`${to}${search()}`} end={to === "/"} title={label}>
              <Icon size={16} strokeWidth={1.85} />
              <span>{label}</span>
            </NavLink>
          ))}
        </div>
      ))}
      <div className="spacer" />
      <AccountMenu />
    </nav>
  );
}
