import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import { useRead } from "../../api/queries";
import type { Project, RetentionPolicy } from "../../api/types";
import { Button } from "../../ui/button";
import { ErrorState, messageOf, SkeletonRows } from "../../ui/states";
import { DAY_FIELDS, draftOf, policyOf, type PolicyDraft } from "./policy";
import "./retention.css";

/** How long the project keeps its rows. */
export function RetentionCard({ project }: { project: Project }) {
  const path = paths.retention(project.id);
  const policy = useRead<RetentionPolicy>(path, {}, { keep: false });
  return (
    <section className="card" aria-label="Retention">
      <div className="card-head">
        <h2>Retention</h2>
      </div>
      {policy.isError ? (
        <ErrorState error={policy.error} onRetry={() => void policy.refetch()} />
      ) : policy.data ? (
        <RetentionForm key={JSON.stringify(policy.data)} path={path} policy={policy.data} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </section>
  );
}

function RetentionForm({ path, policy }: { path: string; policy: RetentionPolicy }) {
  const client = useQueryClient();
  const saved = draftOf(policy);
  const [draft, setDraft] = useState(saved);
  const change = (field: keyof PolicyDraft, value: string) => setDraft((before) => ({ ...before, [field]: value }));
  const { policy: wanted, problems } = policyOf(draft);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(saved);
  const save = useMutation({
    mutationFn: () => request<RetentionPolicy>(path, { method: "PUT", body: wanted }),
    onSuccess: () => client.invalidateQueries({ queryKey: [path] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged && Object.keys(problems).length === 0) save.mutate();
  };
  return (
    <form className="stack retention" onSubmit={submit} aria-label="Retention">
      <p className="soft">
        Rows go within a day after their time, counted in whole UTC days. Texts can go earlier: messages, payloads and previews are dropped,
        and counts, costs and latencies stay. Rows that are over already are not taken in.
      </p>
      <div className="retention-fields">
        {DAY_FIELDS.map(({ field, label }) => (
          <Field
            key={field}
            label={label}
            unit="days"
            value={draft[field]}
            problem={problems[field]}
            onChange={(value) => change(field, value)}
          />
        ))}
        <Field
          label="Most disk space"
          unit="GiB"
          none="no cap"
          value={draft.max_gib}
          problem={problems.max_gib}
          onChange={(value) => change("max_gib", value)}
        />
      </div>
      <p className="muted">Beyond the disk space the oldest days go first, whatever their kind.</p>
      {save.isError && (
        <p className="notice error" role="alert">
          {messageOf(save.error)}
        </p>
      )}
      <div className="row">
        <Button type="submit" variant="primary" disabled={!isChanged || Object.keys(problems).length > 0 || save.isPending}>
          Save
        </Button>
        {isChanged && <Button onClick={() => setDraft(saved)}>Reset</Button>}
      </div>
    </form>
  );
}

interface FieldProps {
  label: string;
  unit: string;
  none?: string;
  value: string;
  problem?: string | undefined;
  onChange: (value: string) => void;
}

function Field({ label, unit, none = "for ever", value, problem, onChange }: FieldProps) {
  return (
    <label className="field">
      <span>
        {label} <span className="hint">({unit})</span>
      </span>
      <input
        className="input num"
        inputMode="decimal"
        value={value}
        placeholder={none}
        aria-label={label}
        aria-invalid={problem ? true : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem && (
        <span className="worse" role="alert">
          {problem}
        </span>
      )}
    </label>
  );
}
