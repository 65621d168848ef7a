/** Values that too many people showed, and so join nobody; one that was marked wrongly can be given back. */
import { useQuery } from "@tanstack/react-query";
import { sharedQuery } from "../../api/identityQueries";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { useCorrect } from "../members/why/correct";

export function Shared() {
  const { t, w } = useWords();
  const format = useFormat();
  const query = useQuery(sharedQuery());
  const { busy, correct } = useCorrect();
  return (
    <Card title={t("shared.title")} hint={t("shared.hint")} flush>
      <Answer query={query} lines={3}>
        {({ total, values }) =>
          values.length === 0 ? (
            <Notice tight title={t("shared.empty")} text={t("shared.empty.hint")} />
          ) : (
            <>
              <ul className="list max-list scroller">
                {values.map((one) => (
                  <li key={one.key}>
                    <span className="grow">
                      {w(one.ns)} <span className="mono">{one.value}</span>
                      <small className="faint cause">{t("member.lastseen", { time: format.date(one.last_seen) })}</small>
                    </span>
                    <button type="button" className="button" disabled={busy} onClick={() => correct({ action: "unshare", key: one.key })}>
                      {t("unshare.button")}
                    </button>
                  </li>
                ))}
              </ul>
              {total > values.length && <p className="hint">{t("shared.more", { count: format.number(total - values.length) })}</p>}
            </>
          )
        }
      </Answer>
    </Card>
  );
}
