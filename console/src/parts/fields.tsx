/** Labelled inputs that tell what they want. */
import { useId, type ReactNode } from "react";

export function TextField({ label, hint, value, onChange, type = "text", ...rest }: {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  type?: string;
  placeholder?: string;
  required?: boolean;
  maxLength?: number;
  inputMode?: "numeric" | "url" | "text";
  list?: string;
  min?: string;
  max?: string;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input" type={type} value={value} aria-describedby={hint ? `${id}-hint` : undefined} {...rest}
        onChange={(event) => onChange(event.target.value)} />
      {hint && <small id={`${id}-hint`} className="faint">{hint}</small>}
    </div>
  );
}

export function SelectField<T extends string>({ label, value, options, onChange }: {
  label: string;
  value: T;
  options: { value: T; text: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map((one) => <option key={one.value} value={one.value}>{one.text}</option>)}
      </select>
    </label>
  );
}

/** A button that takes a file. */
export function FileButton({ accept, disabled, onFile, children }: {
  accept: string;
  disabled?: boolean;
  onFile: (file: File) => void;
  children: ReactNode;
}) {
  return (
    <label className={disabled ? "button disabled" : "button"}>
      {children}
      <input type="file" className="sr-only" accept={accept} disabled={disabled} onChange={(event) => {
        const file = event.target.files?.[0];
        event.target.value = "";
        if (file) onFile(file);
      }} />
    </label>
  );
}
