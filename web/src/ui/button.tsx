import type { ButtonHTMLAttributes, ReactNode } from "react";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "danger" | "ghost" | "danger solid";
  small?: boolean;
  /** Only an icon inside: `aria-label` names it. */
  icon?: boolean;
}

export function Button({ variant, small, icon, className, type = "button", ...rest }: ButtonProps) {
  const classes = ["button", variant, small && "small", icon && "icon", className].filter(Boolean).join(" ");
  return <button type={type} className={classes} title={icon ? rest["aria-label"] : undefined} {...rest} />;
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
}

/** One of a few choices, all of them in view. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}
