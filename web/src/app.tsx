import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { createBrowserRouter, Link, RouterProvider, type RouteObject } from "react-router";
import { whenUnauthorized } from "./api/client";
import { Shell } from "./features/shell/shell";
import { Page } from "./ui/page";
import { Empty } from "./ui/states";

const FRESH_MS = 5_000;

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: FRESH_MS, refetchOnWindowFocus: false } },
});

/** Each page is loaded when it is first opened. */
const routes: RouteObject[] = [
  { path: "/login", Component: lazy(() => import("./pages/login")) },
  { path: "/setup", Component: lazy(() => import("./pages/setup")) },
  {
    Component: Shell,
    children: [
      { index: true, Component: lazy(() => import("./pages/overview")) },
      { path: "calls", Component: lazy(() => import("./pages/calls")) },
      { path: "traces", Component: lazy(() => import("./pages/traces")) },
      { path: "traces/:traceId", Component: lazy(() => import("./pages/trace")) },
      { path: "costs", Component: lazy(() => import("./pages/costs")) },
      { path: "errors", Component: lazy(() => import("./pages/errors")) },
      { path: "sessions", Component: lazy(() => import("./pages/sessions")) },
      { path: "users", Component: lazy(() => import("./pages/users")) },
      { path: "logs", Component: lazy(() => import("./pages/logs")) },
      // "/metrics" is the server's own, for Prometheus.
      { path: "app-metrics", Component: lazy(() => import("./pages/metrics")) },
      { path: "sql", Component: lazy(() => import("./pages/sql")) },
      { path: "prompts", Component: lazy(() => import("./pages/prompts")) },
      { path: "prompts/:name", Component: lazy(() => import("./pages/prompt")) },
      { path: "datasets", Component: lazy(() => import("./pages/datasets")) },
      { path: "datasets/:dataset", Component: lazy(() => import("./pages/dataset")) },
      { path: "experiments", Component: lazy(() => import("./pages/experiments")) },
      // Before the single ones: an experiment's own id comes after it.
      { path: "experiments/compare", Component: lazy(() => import("./pages/experiment-compare")) },
      { path: "experiments/:experiment", Component: lazy(() => import("./pages/experiment")) },
      { path: "connect", Component: lazy(() => import("./pages/connect")) },
      { path: "projects", Component: lazy(() => import("./pages/projects")) },
      { path: "settings", Component: lazy(() => import("./pages/settings")) },
      { path: "system", Component: lazy(() => import("./pages/system")) },
      { path: "*", Component: NotFound },
    ],
  },
];

const router = createBrowserRouter(routes);

whenUnauthorized(() => {
  const { pathname, search } = router.state.location;
  if (pathname === "/login" || pathname === "/setup") return;
  void router.navigate(`/login?${new URLSearchParams({ next: pathname + search }).toString()}`);
});

function NotFound() {
  return (
    <Page title="Not found">
      <div className="card">
        <Empty
          title="No such page"
          action={
            <Link className="button" to="/">
              Overview
            </Link>
          }
        />
      </div>
    </Page>
  );
}

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Suspense fallback={null}>
        <RouterProvider router={router} />
      </Suspense>
    </QueryClientProvider>
  );
}
