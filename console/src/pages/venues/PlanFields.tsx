/** Inputs of the drawing page: a value is taken up when one leaves the field, and is one step to undo. */

export function Field({ label, value, onSave, type = "text", hint }: {
  label: string;
  value: string | number;
  onSave: (value: string) => void;
  type?: string;
  hint?: string;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <input className="input" key={String(value)} type={type} step="any" defaultValue={value} title={hint}
        onBlur={(event) => event.target.value !== String(value) && onSave(event.target.value.trim())}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()} />
    </label>
  );
}

export function Picked({ label, value, options, onSave }: {
  label: string;
  value: string;
  options: { code: string; name: string }[];
  onSave: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <select className="input" value={value} onChange={(event) => onSave(event.target.value)}>
        {!options.some((one) => one.code === value) && <option value={value}>{value || "–"}</option>}
        {options.map((one) => <option key={one.code} value={one.code}>{one.name}</option>)}
      </select>
    </label>
  );
}

/** A number as it is typed, or `otherwise` where it is none. */
export const numeric = (text: string, otherwise: number): number => {
  const value = Number(text.replace(",", "."));
  return text !== "" && Number.isFinite(value) ? value : otherwise;
};
