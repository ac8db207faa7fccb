import { Send } from "lucide-react";
import { ConnectGuide } from "./connect-guide";
import "./connect.css";

/** What an empty page says: how to send the first call. */
export function FirstCall({ what = "calls" }: { what?: string }) {
  return (
    <div className="first-call">
      <div className="stack">
        <span className="state-icon">
          <Send size={18} />
        </span>
        <h2>Send your first call</h2>
        <p className="soft">No {what} in this time range yet. Paste this into a terminal; the call shows here at once.</p>
      </div>
      <ConnectGuide />
    </div>
  );
}
