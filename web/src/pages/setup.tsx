import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { request } from "../api/client";
import { paths } from "../api/endpoints";
import { Gate } from "../features/gate/gate";
import { Button } from "../ui/button";
import { messageOf } from "../ui/states";

const LEAST_PASSWORD = 12;

export default function SetupPage() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const setup = useMutation({
    mutationFn: () => request<unknown>(paths.setup, { method: "POST", body: { token: token.trim(), password }, staysOn401: true }),
    onSuccess: () => {
      client.clear();
      void navigate("/", { replace: true });
    },
  });
  const differs = again !== "" && again !== password;
  const isReady = token.trim() !== "" && password.length >= LEAST_PASSWORD && password === again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) setup.mutate();
  };
  return (
    <Gate title="Set up Telltale">
      <p className="soft">This server is reachable from the network, so it needs an admin. The one-time token is in the server's log.</p>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Token from the log</span>
          <input className="input mono" autoComplete="off" autoFocus value={token} onChange={(event) => setToken(event.target.value)} />
        </label>
        <label className="field">
          <span>
            Password <span className="hint">at least {LEAST_PASSWORD} characters</span>
          </span>
          <input
            className="input"
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Password, again</span>
          <input
            className="input"
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        </label>
        {differs && <p className="muted">The passwords differ.</p>}
        {setup.isError && (
          <p className="notice error" role="alert">
            {messageOf(setup.error)}
          </p>
        )}
        <Button type="submit" variant="primary" disabled={!isReady || setup.isPending}>
          Create the admin
        </Button>
      </form>
    </Gate>
  );
}
