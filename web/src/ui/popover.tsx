import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { Button } from "./button";

interface PopoverProps {
  label: ReactNode;
  /** Names the button when `label` is only an icon. */
  ariaLabel?: string;
  end?: boolean;
  small?: boolean;
  active?: boolean;
  className?: string;
  children: (close: () => void) => ReactNode;
}

/** A button with a panel. Closes on Escape, on a click elsewhere, and when its content says so. */
export function Popover({ label, ariaLabel, end, small, active, className, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const panel = useId();
  const close = () => {
    setOpen(false);
    anchor.current?.querySelector("button")?.focus();
  };

  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (!anchor.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      anchor.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);

  return (
    <div ref={anchor} className={className ? `popover-anchor ${className}` : "popover-anchor"}>
      <Button
        {...(small ? { small } : {})}
        aria-label={ariaLabel}
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        aria-pressed={active || undefined}
        onClick={() => setOpen(!open)}
      >
        {label}
      </Button>
      {open && (
        <div id={panel} className={end ? "popover end" : "popover"}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
