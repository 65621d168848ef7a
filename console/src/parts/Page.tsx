/** The head of a page and the cards it is made of. */
import { useEffect, useId, type ReactNode } from "react";
import { useWords } from "../i18n/language";

export function Page({ title, subtitle, actions, children }: {
  title: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useWords();
  useEffect(() => {
    document.title = typeof title === "string" ? `${title} · Datong` : "Datong";
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{title ?? t("app.loading")}</h1>
          {subtitle && <p>{subtitle}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({ title, hint, actions, className = "", flush, headless, children }: {
  title: string;
  hint?: string;
  actions?: ReactNode;
  className?: string;
  flush?: boolean;
  /** The page's own title says it already: the card's is for screen readers only. */
  headless?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      {headless ? (
        <h2 id={id} className="sr-only">
          {title}
        </h2>
      ) : (
        <div className="card-head">
          <h2 id={id}>{title}</h2>
          {actions && <div className="row">{actions}</div>}
          {hint && <p>{hint}</p>}
        </div>
      )}
      <div className={flush ? "card-body flush" : "card-body"}>{children}</div>
    </section>
  );
}

/** Key figures side by side. */
export function Figures({ items }: { items: { name: string; value: ReactNode; note?: ReactNode }[] }) {
  return (
    <dl className="figures">
      {items.map(({ name, value, note }) => (
        <div className="figure" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {note && <small>{note}</small>}
        </div>
      ))}
    </dl>
  );
}

/** One of a few choices, as chips. */
export function Choice<T extends string>({ label, options, value, onChange }: {
  label: string;
  options: { value: T; text: string; count?: ReactNode }[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div className="chips" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" className="chip" aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}>
          {option.text}
          {option.count !== undefined && <b>{option.count}</b>}
        </button>
      ))}
    </div>
  );
}
