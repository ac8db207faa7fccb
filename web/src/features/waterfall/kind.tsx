import {
  Bot,
  Box,
  Database,
  Gauge,
  GitBranch,
  Layers,
  Link2,
  ListOrdered,
  MessageSquareText,
  Shield,
  Sparkles,
  Wrench,
  type LucideIcon,
} from "lucide-react";
import type { SpanKind } from "../../api/types";
import "./kind.css";

const ICONS: Record<SpanKind, LucideIcon> = {
  llm: Sparkles,
  agent: Bot,
  workflow: GitBranch,
  tool: Wrench,
  retrieval: Database,
  embedding: Layers,
  reranker: ListOrdered,
  chain: Link2,
  guardrail: Shield,
  evaluator: Gauge,
  prompt: MessageSquareText,
  other: Box,
};

export function KindIcon({ kind, size = 13 }: { kind: SpanKind; size?: number }) {
  const Icon = ICONS[kind] ?? Box;
  return (
    <span className={`kind kind-${kind}`} title={kind} role="img" aria-label={kind}>
      <Icon size={size} strokeWidth={2} />
    </span>
  );
}
