/** How far a linking run is, in a word and a bar. */
import type { RunRow } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";

const TONE: Record<string, "good" | "warn" | "bad"> = { done: "warn", published: "good", failed: "bad" };

export function RunState({ run }: { run: RunRow }) {
  const { t, maybe } = useWords();
  const { percent } = useFormat();
  if (run.state !== "running") return <Badge tone={TONE[run.state]}>{t(`run.state.${run.state}`)}</Badge>;
  const stage = maybe(`run.stage.${run.stage}`, run.stage);
  return (
    <span className="run-progress">
      <span className="small">{[t("run.state.running"), stage].filter(Boolean).join(": ")}</span>
      <span className="split" role="progressbar" aria-label={stage || t("run.state.running")} aria-valuemin={0} aria-valuemax={100}
        aria-valuenow={Math.round(run.progress * 100)} title={percent(run.progress)}>
        <i style={{ width: `${Math.max(2, run.progress * 100)}%`, background: "var(--accent)" }} />
      </span>
    </span>
  );
}
