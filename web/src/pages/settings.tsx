import { EraseForm } from "../features/erase/erase-form";
import { Receipts } from "../features/erase/receipts";
import { RetentionCard } from "../features/retention/retention-form";
import { useProjects } from "../features/session/session";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";

export default function SettingsPage() {
  const { current } = useProjects();
  return (
    <Page
      title="Retention & erasing"
      subtitle={current ? `What project ${current.name} keeps, and what it forgets` : "What is kept and forgotten"}
    >
      {current ? (
        <div className="narrow-page stack" style={{ gap: 16 }} key={current.id}>
          <RetentionCard project={current} />
          <section className="card" aria-label="Erase">
            <div className="card-head">
              <h2>Erase</h2>
              <span className="muted">At once in every view; from the files within minutes</span>
            </div>
            <EraseForm />
          </section>
          <section className="card" aria-label="Receipts">
            <div className="card-head">
              <h2>Receipts</h2>
            </div>
            <Receipts />
          </section>
        </div>
      ) : (
        <div className="card">
          <Empty title="No project">Create one first.</Empty>
        </div>
      )}
    </Page>
  );
}
