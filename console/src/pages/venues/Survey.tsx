/** The site survey of a venue: how well its devices are located, floor by floor, and taking a new one in. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../../api/client";
import { surveyQuery, upload, type FloorAccuracy } from "../../api/venues";
import { useSession } from "../../app/session";
import { download, toCsv } from "../../csv";
import { useWords } from "../../i18n/language";
import { FileButton } from "../../parts/fields";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";

const HEAD = ["scan", "x", "y", "floor", "sensor", "rssi", "walk"];

export function Survey({ store, floors, sensors }: { store: string; floors: { code: string; name: string }[]; sensors: string[] }) {
  const { t } = useWords();
  const { format } = useSession();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const query = useQuery(surveyQuery(store));
  const [share, setShare] = useState(0);
  const take = useMutation({
    mutationFn: (file: File) => upload(`/api/venues/${encodeURIComponent(store)}/survey`, file, setShare),
    onSuccess: () => {
      toast({ text: t("survey.taken") });
      return data.invalidateQueries({ queryKey: ["survey", store] });
    },
    onError: (error) => toast({ text: told(error), bad: true }),
    onSettled: () => setShare(0),
  });
  const none = query.error instanceof ApiError && query.error.code === "unknown_survey";
  const metres = (value: number | null) => (value === null ? "–" : t("survey.metres", { value: format.number(value, 1) }));
  const column = (key: "mean_m" | "median_m" | "p75_m"): Column<FloorAccuracy> => ({
    key, title: t(`survey.${key}`), number: true, plain: (row) => row[key], show: (row) => metres(row[key]),
  });
  const nameOf = (code: string) => (code ? floors.find((one) => one.code === code)?.name ?? code : t("survey.all"));
  const columns: Column<FloorAccuracy>[] = [
    { key: "floor", title: t("survey.floor"), phone: "title", plain: (row) => row.floor, show: (row) => <strong>{nameOf(row.floor)}</strong> },
    column("median_m"), column("mean_m"),
    { key: "interval", title: t("survey.interval"), number: true, plain: (row) => (row.mean_low === null ? "" : `${row.mean_low}–${row.mean_high}`),
      show: (row) => (row.mean_low === null ? "–" : `${format.number(row.mean_low, 1)}–${format.number(row.mean_high, 1)}`) },
    column("p75_m"),
    { key: "hit", title: t("survey.hit"), number: true, plain: (row) => row.floor_hit, show: (row) => format.percent(row.floor_hit, 1) },
    { key: "scans", title: t("survey.scans"), number: true, plain: (row) => row.scans, show: (row) => format.number(row.scans) },
    { key: "walks", title: t("survey.walks"), number: true, plain: (row) => row.walks, show: (row) => format.number(row.walks) },
  ];
  const template = () => download(`survey-${store}.csv`, toCsv(HEAD, [1, 2].flatMap((scan) =>
    (sensors.length ? sensors.slice(0, 2) : ["SENSOR"]).map((sensor, n) => [scan, 2.5 * scan, 4, floors[0]?.code ?? "f1", sensor, -58 - 9 * n, "walk-1"]))));
  return (
    <Card title={t("survey.title")} hint={t("survey.hint")} actions={
      <>
        {query.data && <CsvButton name={`survey-accuracy-${store}`} columns={columns} rows={query.data.accuracy.rows} />}
        <button type="button" className="button plain" onClick={template}>{t("survey.template")}</button>
        <FileButton accept=".csv,text/csv" disabled={take.isPending} onFile={(file) => take.mutate(file)}>{t("survey.import")}</FileButton>
      </>
    }>
      {take.isPending && (
        <p className="small" role="status">{share < 1 ? t("survey.sending", { share: format.percent(share) }) : t("survey.reckoning")}{" "}
          <progress value={share < 1 ? share : undefined} /></p>
      )}
      {take.error && <p className="hint warn" role="alert">{told(take.error)}</p>}
      {none ? (
        <Notice tight title={t("survey.none")} text={t("survey.none.hint")}>
          <ol className="plain steps">
            <li>{t("survey.step.sensors")}</li>
            <li>{t("survey.step.walk")}</li>
            <li>{t("survey.step.send")} <code>datong survey FILE --venue {store}</code></li>
          </ol>
        </Notice>
      ) : (
        <Answer query={query} lines={4}>
          {(found) => (
            <>
              <Table label={t("survey.title")} columns={columns} rows={found.accuracy.rows} rowKey={(row) => row.floor} />
              <p className="hint">{t("survey.from", { time: format.dateTime(found.at), actor: found.actor, scans: format.number(found.scans), sensors: format.number(found.sensors) })}</p>
              {found.accuracy.remarks.length > 0 && (
                <>
                  <h3>{t("survey.remarks")}</h3>
                  <ul className="plain">{found.accuracy.remarks.map((one) => <li key={one}><small>{one}</small></li>)}</ul>
                </>
              )}
            </>
          )}
        </Answer>
      )}
    </Card>
  );
}
