import {
  Activity,
  Boxes,
  ChartLine,
  CircleAlert,
  CircleDollarSign,
  Database,
  Eraser,
  FlaskConical,
  KeyRound,
  LayoutDashboard,
  ListTree,
  MessagesSquare,
  ScrollText,
  SquarePen,
  Table2,
  Users,
  Zap,
  type LucideIcon,
} from "lucide-react";

export interface NavItem {
  to: string;
  label: string;
  icon: LucideIcon;
}

export const NAVIGATION: { title: string; items: NavItem[] }[] = [
  {
    title: "Observe",
    items: [
      { to: "/", label: "Overview", icon: LayoutDashboard },
      { to: "/calls", label: "Calls", icon: Zap },
      { to: "/traces", label: "Traces", icon: ListTree },
      { to: "/costs", label: "Costs", icon: CircleDollarSign },
      { to: "/errors", label: "Errors", icon: CircleAlert },
      { to: "/sessions", label: "Sessions", icon: MessagesSquare },
      { to: "/users", label: "Users", icon: Users },
    ],
  },
  {
    title: "Application",
    items: [
      { to: "/logs", label: "Logs", icon: ScrollText },
      { to: "/app-metrics", label: "Metrics", icon: ChartLine },
      { to: "/sql", label: "SQL", icon: Database },
    ],
  },
  {
    title: "Evaluate",
    items: [
      { to: "/prompts", label: "Prompts", icon: SquarePen },
      { to: "/datasets", label: "Datasets", icon: Table2 },
      { to: "/experiments", label: "Experiments", icon: FlaskConical },
    ],
  },
  {
    title: "Manage",
    items: [
      { to: "/connect", label: "Connect", icon: Boxes },
      { to: "/projects", label: "Projects & keys", icon: KeyRound },
      { to: "/settings", label: "Retention & erasing", icon: Eraser },
      { to: "/system", label: "System", icon: Activity },
    ],
  },
];
