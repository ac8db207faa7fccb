import { SlidersHorizontal } from "lucide-react";
import { JsonView } from "../../ui/json-view";
import { Popover } from "../../ui/popover";

/** With what an experiment was run. */
export function Parameters({ metadata }: { metadata: unknown }) {
  const isNone = metadata === null || metadata === undefined || JSON.stringify(metadata) === "{}";
  if (isNone) return null;
  return (
    <Popover
      end
      label={
        <>
          <SlidersHorizontal size={14} />
          Parameters
        </>
      }
    >
      {() => (
        <div className="parameters">
          <JsonView value={metadata} label="Parameters" />
        </div>
      )}
    </Popover>
  );
}
