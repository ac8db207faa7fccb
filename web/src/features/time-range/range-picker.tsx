import { useIsFetching } from "@tanstack/react-query";
import { Calendar, Check, RotateCw } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "../../ui/button";
import { Popover } from "../../ui/popover";
import { PRESETS, presetName, rangeLabel, toLocalInput } from "./range";
import { useTimeRange } from "./range-context";
import "./range-picker.css";

export function RangePicker() {
  const { spec, setRange, refresh } = useTimeRange();
  const fetching = useIsFetching() > 0;
  return (
    <div className="row">
      <Popover
        end
        label={
          <>
            <Calendar size={14} />
            {rangeLabel(spec)}
          </>
        }
      >
        {(close) => (
          <div className="range-panel">
            {PRESETS.map((preset) => (
              <button
                key={preset}
                type="button"
                className="menu-item"
                onClick={() => {
                  setRange({ preset });
                  close();
                }}
              >
                <span className="grow">{presetName(preset)}</span>
                {"preset" in spec && spec.preset === preset && <Check size={14} />}
              </button>
            ))}
            <div className="menu-separator" />
            <CustomRange onDone={close} />
          </div>
        )}
      </Popover>
      <Button icon aria-label="Refresh" onClick={refresh}>
        <RotateCw size={14} className={fetching ? "spin" : undefined} />
      </Button>
    </div>
  );
}

function CustomRange({ onDone }: { onDone: () => void }) {
  const { from, to, setRange } = useTimeRange();
  const [start, setStart] = useState(toLocalInput(from));
  const [end, setEnd] = useState(toLocalInput(to));
  const valid = start !== "" && end !== "" && start < end;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    setRange({ from: new Date(start).toISOString(), to: new Date(end).toISOString() });
    onDone();
  };
  return (
    <form className="range-custom" onSubmit={submit}>
      <label className="field">
        <span>From</span>
        <input className="input" type="datetime-local" value={start} onChange={(event) => setStart(event.target.value)} />
      </label>
      <label className="field">
        <span>To</span>
        <input className="input" type="datetime-local" value={end} onChange={(event) => setEnd(event.target.value)} />
      </label>
      {!valid && <p className="muted">The end must be after the start.</p>}
      <Button type="submit" variant="primary" disabled={!valid}>
        Apply
      </Button>
    </form>
  );
}
