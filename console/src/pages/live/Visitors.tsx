/** How many people are there, when most phones make up their addresses: an estimate, and how sure it is. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { visitorsQuery } from "../../api/identityQueries";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { LazyChart } from "../../parts/chart/LazyChart";
import { Answer, Notice } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { heard, visitorsOption } from "./visitors";

export function Visitors() {
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(visitorsQuery());
  const hours = useMemo(() => heard(query.data?.hours ?? []), [query.data]);
  const option = useMemo(
    () =>
      visitorsOption(hours, {
        estimate: t("visitors.estimate"), interval: t("visitors.interval"), known: t("visitors.known"),
        addresses: t("visitors.addresses"), hour: format.clock, number: format.number,
      }),
    [hours, t, format],
  );
  const last = hours.at(-1);
  return (
    <Card title={t("visitors.title")} hint={t("visitors.hint")}>
      <Answer query={query} lines={5}>
        {() =>
          last === undefined ? (
            <Notice tight title={t("visitors.empty")} text={t("visitors.empty.hint")} />
          ) : (
            <>
              <p className="estimate">
                <strong>{t("visitors.about", { count: format.number(last.devices) })}</strong>{" "}
                <span className="soft">
                  {t("visitors.between", { low: format.number(last.low), high: format.number(last.high) })}
                </span>{" "}
                <span className="faint">{t("visitors.since", { time: format.clock(last.start) })}</span>
              </p>
              <LazyChart label={t("visitors.label")} height={210} option={option} />
              <p className="legend">
                <span><i className="stroke strong" /> {t("visitors.estimate")}</span>
                <span><i className="patch" /> {t("visitors.interval")}</span>
                <span><i className="stroke dashed" /> {t("visitors.known")}</span>
              </p>
            </>
          )
        }
      </Answer>
    </Card>
  );
}
