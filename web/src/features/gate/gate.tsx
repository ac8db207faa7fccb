import { useEffect, type ReactNode } from "react";

/** The frame of pages outside the dashboard. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Telltale`;
  }, [title]);
  return (
    <main className="gate">
      <div className="card">
        <div className="brand" style={{ padding: 0 }}>
          <img src="/favicon.svg" alt="" />
          <b>Telltale</b>
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
