import { ClientGuides } from "../features/connect/client-guides";
import { ConnectGuide } from "../features/connect/connect-guide";
import { Page } from "../ui/page";
import "../features/connect/connect.css";

export default function ConnectPage() {
  return (
    <Page title="Connect" subtitle="Point the SDK you already use at this server">
      <div className="connect-page stack" style={{ gap: 16 }}>
        <section className="card connect-card" aria-label="Clients and SDKs">
          <ClientGuides />
        </section>
        <section className="card connect-card" aria-label="First call">
          <h2>Or send a call by hand</h2>
          <ConnectGuide />
        </section>
      </div>
    </Page>
  );
}
