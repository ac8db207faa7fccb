import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { request } from "../../api/client";
import { paths } from "../../api/endpoints";
import type { OwnPrices } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { messageOf } from "../../ui/states";
import { useProjects } from "../session/session";
import { entryOf, mistakeIn, withEntry, type TypedPrice } from "./own-price";

interface AddPriceProps {
  provider: string | null | undefined;
  model: string;
  onClose: () => void;
}

const FIELDS: { key: keyof TypedPrice; label: string; placeholder: string }[] = [
  { key: "input", label: "Input", placeholder: "0.15" },
  { key: "output", label: "Output", placeholder: "0.60" },
  { key: "cacheRead", label: "Cached input (if it has a price of its own)", placeholder: "0.075" },
];

/** A price for a model that the book does not know, for the calls of this project from now on. */
export function AddPrice({ provider, model, onClose }: AddPriceProps) {
  const client = useQueryClient();
  const { current } = useProjects();
  const [typed, setTyped] = useState<TypedPrice>({ input: "", output: "", cacheRead: "" });
  const add = useMutation({
    mutationFn: async () => {
      const path = paths.priceList(current?.id ?? "");
      const list = await request<OwnPrices>(path);
      const prices = withEntry(list.prices, entryOf(provider, model, typed));
      return request<OwnPrices>(path, { method: "PUT", body: { version: list.version, prices } });
    },
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  const mistake = mistakeIn(typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!mistake) add.mutate();
  };
  return (
    <Dialog title={`A price for ${model}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="muted">
          US dollars per million tokens{provider ? `, for calls of ${provider}` : ""} in this project. Calls that come in from now on are
          priced with it; what is stored keeps its cost.
        </p>
        {FIELDS.map(({ key, label, placeholder }) => (
          <label className="field" key={key}>
            <span>{label}</span>
            <input
              className="input num"
              inputMode="decimal"
              value={typed[key]}
              autoFocus={key === "input"}
              onChange={(event) => setTyped({ ...typed, [key]: event.target.value.trim() })}
              placeholder={placeholder}
            />
          </label>
        ))}
        {typed.input && typed.output && mistake && <p className="muted">{mistake}</p>}
        {add.isError && (
          <p className="notice error" role="alert">
            {messageOf(add.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={mistake !== null || !current || add.isPending}>
            Add price
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
