import { ConnectGuide } from "../features/connect/connect-guide";
import { CodeBlock } from "../ui/copy";
import { Page } from "../ui/page";
import { environment } from "../features/connect/snippets";
import "../features/connect/connect.css";

export default function ConnectPage() {
  return (
    <Page title="Connect" subtitle="Point the SDK you already use at this server">
      <div className="narrow-page stack" style={{ gap: 16 }}>
        <section className="card connect-card" aria-label="First call">
          <h2>Send a call</h2>
          <ConnectGuide />
        </section>
        <section className="card connect-card" aria-label="OpenTelemetry">
          <h2>Any OpenTelemetry SDK or collector</h2>
          <p className="soft">
            Traces, logs and metrics over OTLP/HTTP, protobuf or JSON. Set these variables where your application runs; add the header when
            you use a key.
          </p>
          <CodeBlock label="OpenTelemetry variables" code={environment({ url: window.location.origin, key: null })} />
        </section>
      </div>
    </Page>
  );
}
