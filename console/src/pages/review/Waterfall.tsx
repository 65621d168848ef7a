/** How much each field spoke for one person or against, and what the model makes of the sum. */
import type { Voted } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { levelOf } from "./level";

/** From the weights' running sum: where each bar begins and ends, in percent of the whole scale. */
export function bars(weights: number[]): { left: number; width: number; up: boolean }[] {
  const sums = weights.reduce<number[]>((all, weight) => [...all, (all.at(-1) ?? 0) + weight], [0]);
  const low = Math.min(...sums);
  const span = Math.max(...sums) - low || 1;
  return weights.map((weight, index) => {
    const [from = 0, to = 0] = [sums[index], sums[index + 1]];
    return { left: ((Math.min(from, to) - low) / span) * 100, width: (Math.abs(weight) / span) * 100, up: weight >= 0 };
  });
}

export function Waterfall({ voted }: { voted: Voted }) {
  const { t, w, maybe } = useWords();
  const format = useFormat();
  const parts = voted.parts;
  const drawn = bars(parts.map(({ weight }) => weight));
  const levelText = (level: string) => {
    const { word, figure } = levelOf(level);
    return word ? `${maybe(`level.${word}`, level)} ${figure}`.trim() : t("level.missing");
  };
  const signed = (weight: number) => (weight > 0 ? "+" : weight < 0 ? "\u2212" : "") + format.number(Math.abs(weight), 1);
  return (
    <section className="waterfall" aria-label={t("review.weights")}>
      <h3>{t("review.weights")}</h3>
      <p className="faint small">{t("review.weights.hint")}</p>
      <ol>
        {parts.map(({ name, level, weight }, index) => {
          const bar = drawn[index];
          return (
            <li key={`${name}${index}`}>
              <span>
                {maybe(`weight.${name}`, w(name))}{" "}
                {name !== "prior" && <small className="faint">{levelText(level)}</small>}
              </span>
              <span className="water" aria-hidden="true">
                {bar && <i className={bar.up ? "up" : "down"} style={{ left: `${bar.left}%`, width: `max(2px, ${bar.width}%)` }} />}
              </span>
              <span className="num">{signed(weight)}</span>
            </li>
          );
        })}
        <li className="sum">
          <span>{t("review.sum")}</span>
          <span>{t("review.probability", { share: format.percent(voted.probability, 2) })}</span>
          <span className="num">{signed(voted.weight)}</span>
        </li>
      </ol>
      {voted.model && <p className="faint small">{t("review.model", { model: voted.model })}</p>}
    </section>
  );
}
