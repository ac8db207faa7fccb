import { useQueryClient } from "@tanstack/react-query";
import { BookOpen, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useNavigate } from "react-router";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Me } from "../../api/types";
import { chooseTheme, useTheme, type Theme } from "../../ui/theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICON = { system: Monitor, light: Sun, dark: Moon };

/** Theme, documentation and, where somebody is signed in, the way out. */
export function AccountMenu() {
  const { theme } = useTheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useRead<Me>(paths.me);
  const Icon = ICON[theme];

  const signOut = async () => {
    await request(paths.logout, { method: "POST", body: {} });
    client.clear();
    void navigate("/login");
  };

  return (
    <>
      <a className="nav-item" href="/docs" title="API reference">
        <BookOpen size={16} strokeWidth={1.85} />
        <span>API reference</span>
      </a>
      <button
        type="button"
        className="nav-item"
        title={`Theme: ${theme}`}
        aria-label={`Theme: ${theme}`}
        onClick={() => chooseTheme(NEXT[theme])}
      >
        <Icon size={16} strokeWidth={1.85} />
        <span>Theme: {theme}</span>
      </button>
      {me.data?.mode === "session" && (
        <button type="button" className="nav-item" title="Sign out" onClick={() => void signOut()}>
          <LogOut size={16} strokeWidth={1.85} />
          <span>Sign out</span>
        </button>
      )}
    </>
  );
}
