import type { PromptVersion } from "../../api/types";
import { CopyButton } from "../../ui/copy";
import { messagesOf, piecesOf, promptText, variablesOf } from "./prompt-text";
import "../conversation/conversation.css";
import "./prompts.css";

/** What a version says: its messages, with what is filled in marked. */
export function PromptBody({ version }: { version: PromptVersion }) {
  const text = promptText(version);
  const variables = variablesOf(text);
  const messages = version.type === "text" ? [{ role: "text", text: version.prompt }] : messagesOf(version.prompt);
  return (
    <div className="stack">
      {variables.length > 0 && (
        <p className="row wrap">
          <span className="muted">Filled in:</span>
          {variables.map((name) => (
            <code key={name} className="variable">
              {name}
            </code>
          ))}
        </p>
      )}
      <ol className="prompt-messages" aria-label="Prompt">
        {messages.map((message, index) => (
          <li key={index} className={`role-${message.role}`}>
            <header>
              <span className="prompt-role">{message.role}</span>
              <span className="grow" />
              <CopyButton text={message.text} label="Copy text" />
            </header>
            <p className="part-text">
              {piecesOf(message.text).map((piece, at) =>
                piece.isVariable ? (
                  <code key={at} className="variable">
                    {piece.text}
                  </code>
                ) : (
                  piece.text
                ),
              )}
            </p>
          </li>
        ))}
        {messages.length === 0 && <li className="muted">No messages</li>}
      </ol>
    </div>
  );
}
