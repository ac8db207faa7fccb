import { Eraser } from "lucide-react";
import { useState } from "react";
import type { EraseTarget } from "../../api/types";
import { Button } from "../../ui/button";
import { EraseDialog } from "./erase-dialog";
import "./erase.css";

interface EraseButtonProps {
  target: EraseTarget;
  /** Names what goes: `user ada`. */
  label: string;
  onErased?: () => void;
}

/** Asks before it erases. */
export function EraseButton({ target, label, onErased }: EraseButtonProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <span className="erase-action">
      <Button variant="ghost" small icon aria-label={`Erase ${label}`} onClick={() => setAsking(true)}>
        <Eraser size={14} />
      </Button>
      {isAsking && <EraseDialog target={target} onClose={() => setAsking(false)} {...(onErased ? { onErased } : {})} />}
    </span>
  );
}
