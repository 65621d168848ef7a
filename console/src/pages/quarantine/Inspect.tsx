/** One refused event: why, what to do, and its text to mend. */
import { useState } from "react";
import type { QuarantineItem } from "../../api/types";
import { useWords } from "../../i18n/language";
import { Versions } from "./Versions";

/** Whether a call came as JSON; a till may also send CSV. */
const isJson = (raw: string) => /^\s*[[{]/.test(raw);

/** The call as text, indented where it is JSON. */
function indented(raw: string): string {
  try {
    return isJson(raw) ? JSON.stringify(JSON.parse(raw), null, 2) : raw;
  } catch {
    return raw;
  }
}

export function Inspect({ item, busy, onMend, onDiscard }: {
  item: QuarantineItem;
  busy: boolean;
  onMend: (raw: string) => void;
  onDiscard: () => void;
}) {
  const { t } = useWords();
  const [text, setText] = useState(() => indented(item.raw));
  const [problem, setProblem] = useState("");
  const open = item.state === "open";
  const mend = () => {
    try {
      if (isJson(item.raw)) JSON.parse(text);
      setProblem("");
      onMend(text);
    } catch (error) {
      setProblem(t("quarantine.badjson", { message: error instanceof Error ? error.message : "" }));
    }
  };
  const field = `raw-${item.id}`;
  return (
    <div className="inspect">
      <dl className="pairs">
        {item.field && (
          <div className="pair">
            <dt>{t("quarantine.field")}</dt>
            <dd className="mono">{item.field}</dd>
          </div>
        )}
        {item.hint && (
          <div className="pair">
            <dt>{t("quarantine.hint")}</dt>
            <dd>{item.hint}</dd>
          </div>
        )}
      </dl>
      {item.code === "conflict" && <Versions id={item.id} />}
      {text && (
        <label className="field" htmlFor={field}>
          {t("quarantine.raw")}
        </label>
      )}
      {open ? (
        <textarea id={field} className="input" rows={Math.min(22, Math.max(6, text.split("\n").length))} spellCheck={false}
          value={text} onChange={(event) => setText(event.target.value)} aria-invalid={Boolean(problem)} />
      ) : (
        text && <pre id={field} className="raw">{text}</pre>
      )}
      {problem && <p className="login-error" role="alert">{problem}</p>}
      {open && (
        <div className="row">
          <button type="button" className="button primary" disabled={busy} onClick={mend}>
            {t("quarantine.mend")}
          </button>
          <button type="button" className="button danger" disabled={busy} onClick={onDiscard}>
            {t("quarantine.discard")}
          </button>
        </div>
      )}
    </div>
  );
}
