import { Bot, Cog, User, Wrench, type LucideIcon } from "lucide-react";
import type { Message } from "../../api/types";
import { Badge } from "../../ui/badge";
import { CopyButton } from "../../ui/copy";
import { PartView } from "./part-view";
import { textOf } from "./text";
import "./conversation.css";

interface ConversationProps {
  system?: Message[] | null | undefined;
  input?: Message[] | null | undefined;
  output?: Message[] | null | undefined;
}

/** A call as it was: instructions, what was said, and the answer. */
export function Conversation({ system, input, output }: ConversationProps) {
  const before = [...(system ?? []), ...(input ?? [])];
  const answer = output ?? [];
  if (before.length + answer.length === 0) {
    return <p className="muted conversation-none">No messages were recorded. The sender may not capture content.</p>;
  }
  return (
    <ol className="conversation" aria-label="Conversation">
      {before.map((message, index) => (
        <MessageView key={`in-${index}`} message={message} />
      ))}
      {answer.map((message, index) => (
        <MessageView key={`out-${index}`} message={message} isAnswer />
      ))}
    </ol>
  );
}

const ROLES: Record<string, { label: string; icon: LucideIcon }> = {
  system: { label: "System", icon: Cog },
  developer: { label: "Developer", icon: Cog },
  user: { label: "User", icon: User },
  assistant: { label: "Assistant", icon: Bot },
  tool: { label: "Tool", icon: Wrench },
};

function MessageView({ message, isAnswer }: { message: Message; isAnswer?: boolean }) {
  const role = ROLES[message.role];
  const Icon = role?.icon ?? User;
  return (
    <li className={`message role-${role ? message.role : "other"}${isAnswer ? " answer" : ""}`}>
      <header>
        <span className="message-role">
          <Icon size={13} />
          {role?.label ?? message.role}
        </span>
        {message.name && <span className="muted truncate">{message.name}</span>}
        {isAnswer && <Badge tone="accent">Answer</Badge>}
        {message.finish_reason && <Badge title="Finish reason">{message.finish_reason}</Badge>}
        <span className="grow" />
        <CopyButton text={textOf(message)} label="Copy message" />
      </header>
      <div className="message-parts">
        {message.parts.map((part, index) => (
          <PartView key={index} part={part} />
        ))}
        {message.parts.length === 0 && <p className="muted">Empty message</p>}
      </div>
    </li>
  );
}
