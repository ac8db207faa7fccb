import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { request } from "../api/client";
import { paths } from "../api/endpoints";
import { useRead } from "../api/queries";
import type { Me } from "../api/types";
import { Gate } from "../features/gate/gate";
import { Button } from "../ui/button";
import { messageOf } from "../ui/states";

export default function LoginPage() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const me = useRead<Me>(paths.me);
  const login = useMutation({
    mutationFn: () => request<unknown>(paths.login, { method: "POST", body: { password }, staysOn401: true }),
    onSuccess: () => {
      client.clear();
      void navigate(localPath(params.get("next")), { replace: true });
    },
  });
  if (me.data?.setup_required) return <Navigate to="/setup" replace />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password) login.mutate();
  };
  return (
    <Gate title="Sign in">
      <form className="stack" onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" value="admin" readOnly hidden />
        <label className="field">
          <span>Admin password</span>
          <input
            className="input"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        {login.isError && (
          <p className="notice error" role="alert">
            {messageOf(login.error)}
          </p>
        )}
        <Button type="submit" variant="primary" disabled={!password || login.isPending}>
          {login.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </Gate>
  );
}

/** Only a path of this site: an address from outside must not decide where a login leads. */
export function localPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}
