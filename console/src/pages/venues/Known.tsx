/** What the retailer knows of a venue without a door counter: who buys, or who is heard. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { calibrationQuery } from "../../api/venues";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";

const ALWAYS = "1970-01-01";

export function Known({ store }: { store: string }) {
  const { t } = useWords();
  const { format } = useSession();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const said = useQuery(calibrationQuery(store)).data?.said ?? [];
  const [by, setBy] = useState("conversion");
  const [share, setShare] = useState("");
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const say = async (body: object) => {
    try {
      await post("/api/calibration", { place: store, ...body });
      toast({ text: t("known.said") });
      setShare("");
      for (const after of [800, 3_000]) {
        setTimeout(() => void ["attendance", "calibration"].forEach((name) => void data.invalidateQueries({ queryKey: [name] })), after);
      }
    } catch (error) {
      toast({ text: told(error), bad: true });
    }
  };
  const days = (from: string, to: string) => from === ALWAYS && to.startsWith("9999") ? t("known.always") : `${from} – ${to.startsWith("9999") ? "…" : to}`;
  return (
    <details>
      <summary>{t("known.title")}</summary>
      <p className="hint">{t("known.hint")}</p>
      <form className="row" onSubmit={(event) => (event.preventDefault(), void say({ by, value: Number(share) / 100, since: since || null, until: until || null }))}>
        <select className="input" value={by} aria-label={t("known.by")} onChange={(event) => setBy(event.target.value)}>
          <option value="conversion">{t("known.conversion")}</option>
          <option value="capture">{t("known.capture")}</option>
        </select>
        <input className="input" type="number" min="0.1" max={by === "conversion" ? 100 : 300} step="0.1" required value={share} placeholder="%" aria-label={t("known.share")} onChange={(event) => setShare(event.target.value)} />
        <input className="input" type="date" value={since} aria-label={t("known.since")} title={t("known.since")} onChange={(event) => setSince(event.target.value)} />
        <input className="input" type="date" value={until} aria-label={t("known.until")} title={t("known.until")} onChange={(event) => setUntil(event.target.value)} />
        <button type="submit" className="button" disabled={!share}>{t("known.say")}</button>
      </form>
      {said.length > 0 && (
        <ul className="list">
          {said.map((one) => (
            <li key={one.by + one.since + one.until}>
              <span className="grow">{t(`known.${one.by}`)}: {format.percent(one.value)} <small className="faint">{format.percent(one.low)} – {format.percent(one.high)}; {days(one.since, one.until)}; {one.actor}</small></span>
              <button type="button" className="button" onClick={() => void say({ by: one.by, value: 0, since: one.since, until: one.until })}>{t("known.back")}</button>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
