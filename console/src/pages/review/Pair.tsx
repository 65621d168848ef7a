/** Two records side by side, field by field; where they differ is marked by colour and by a word. */
import type { ReviewPair } from "../../api/types";
import { useWords } from "../../i18n/language";

export function Pair({ pair }: { pair: ReviewPair }) {
  const { t, w } = useWords();
  return (
    <table className="versus" aria-label={t("review.question")}>
      <thead>
        <tr>
          <th scope="col">{t("review.field")}</th>
          <th scope="col">{t("review.left")}</th>
          <th scope="col">{t("review.right")}</th>
          <th scope="col">{t("review.compared")}</th>
        </tr>
      </thead>
      <tbody>
        {pair.fields.map(({ field, left, right, agreement }) => (
          <tr key={field} className={agreement}>
            <th scope="row">{w(field)}</th>
            <td className="mono">{left || <span className="faint">–</span>}</td>
            <td className="mono">{right || <span className="faint">–</span>}</td>
            <td className="agreement">{t(`review.agreement.${agreement}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
