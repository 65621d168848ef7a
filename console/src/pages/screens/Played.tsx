/** What ran when, and who could have seen it: spots joined with presence. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { url } from "../../api/client";
import { exposuresQuery, spotsQuery, turnsQuery, type Exposure, type SpotRow, type Turn } from "../../api/codes";
import { Icon } from "../../app/icons";
import { useSession } from "../../app/session";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { MemberLink } from "../../parts/badges";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { CsvButton, Table, type Column } from "../../parts/Table";

const DAYS = ["1", "7", "28"] as const;

export function Played() {
  const { t } = useWords();
  const { format, now } = useSession();
  const nameOf = usePlaceNames();
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const [chosen, setChosen] = useState<{ screen: string; spot: string }>({ screen: "", spot: "" });
  const today = format.isoDay(now());
  const period = { from: addDays(today, 1 - Number(days)), to: today };
  const spots = useQuery(spotsQuery(period));
  const turns = useQuery(turnsQuery(period, chosen.screen, chosen.spot));
  const seen = useQuery(exposuresQuery(period, chosen.spot));
  const where = (row: { place: string; zone: string }) => [nameOf(row.place), row.zone && nameOf(row.zone)].filter(Boolean).join(" · ");
  const spotColumns: Column<SpotRow>[] = [
    { key: "spot", title: t("screens.spot"), phone: "title", plain: (row) => row.spot, show: (row) => (
      <button type="button" className="link-button" onClick={() => setChosen({ screen: row.screen, spot: row.spot })}><strong>{row.spot}</strong></button>
    ) },
    { key: "screen", title: t("screens.screen"), plain: (row) => row.screen, show: (row) => <>{row.screen}<div className="faint small">{where(row)}</div></> },
    { key: "campaign", title: t("codes.campaign"), plain: (row) => row.campaign, show: (row) => row.campaign || "–" },
    { key: "plays", title: t("screens.plays"), number: true, plain: (row) => row.plays, show: (row) => format.number(row.plays) },
    { key: "shown", title: t("screens.shown"), number: true, plain: (row) => row.shown_ms, show: (row) => format.duration(row.shown_ms) },
    { key: "devices", title: t("screens.devices"), number: true, plain: (row) => row.devices, show: (row) => format.number(row.devices) },
    { key: "looks", title: t("screens.looks"), number: true, plain: (row) => row.looks, show: (row) => format.number(row.looks) },
    { key: "members", title: t("screens.members"), number: true, plain: (row) => row.members, show: (row) => format.number(row.members) },
  ];
  const turnColumns: Column<Turn>[] = [
    { key: "start", title: t("screens.at"), phone: "title", plain: (row) => format.dateTime(row.start), show: (row) => `${format.date(row.start)} ${format.time(row.start)}` },
    { key: "spot", title: t("screens.spot"), plain: (row) => row.spot, show: (row) => row.spot },
    { key: "screen", title: t("screens.screen"), plain: (row) => row.screen, show: (row) => row.screen },
    { key: "for", title: t("screens.for"), number: true, plain: (row) => row.end - row.start, show: (row) => format.duration(row.end - row.start) },
    { key: "devices", title: t("screens.devices"), number: true, plain: (row) => row.devices, show: (row) => format.number(row.devices) },
  ];
  const seenColumns: Column<Exposure>[] = [
    { key: "member", title: t("claims.member"), phone: "title", plain: (row) => row.member, show: (row) => <MemberLink member={row.member} /> },
    { key: "at", title: t("screens.at"), plain: (row) => format.dateTime(row.start), show: (row) => format.dateTime(row.start) },
    { key: "spot", title: t("screens.spot"), plain: (row) => row.spot, show: (row) => row.spot },
    { key: "for", title: t("screens.infront"), number: true, plain: (row) => row.overlap, show: (row) => format.duration(row.overlap) },
  ];
  const only = chosen.spot && <button type="button" className="chip" aria-pressed="true" onClick={() => setChosen({ screen: "", spot: "" })}>{chosen.screen} · {chosen.spot} <Icon name="close" width={12} height={12} /></button>;
  return (
    <>
      <Card title={t("screens.seen")} hint={t("screens.seen.hint")} flush actions={
        <>
          <Choice label={t("visits.days")} value={days} onChange={setDays} options={DAYS.map((value) => ({ value, text: t(`visits.days.${value}`) }))} />
          <a className="button" href={url("/api/report/screens", { ...period, format: "csv" })} download><Icon name="download" /> {t("app.csv")}</a>
        </>
      }>
        <Answer query={spots} lines={6}>
          {(found) => found.rows.length
            ? <Table label={t("screens.seen")} columns={spotColumns} rows={found.rows} rowKey={(row) => `${row.screen} ${row.spot} ${row.campaign} ${row.zone}`} />
            : <Notice title={t("screens.played.none")} text={t("screens.played.none.hint")} />}
        </Answer>
      </Card>
      <div className="grid">
        <Card title={t("screens.turns")} hint={t("screens.turns.hint")} className="span-7" flush actions={<>{only}<CsvButton name="spots-played" columns={turnColumns} rows={turns.data} /></>}>
          <Answer query={turns} lines={6}>
            {(found) => found.length
              ? <div className="max-list scroller"><Table label={t("screens.turns")} columns={turnColumns} rows={found} rowKey={(row) => `${row.screen} ${row.start}`} /></div>
              : <Notice tight title={t("screens.played.none")} />}
          </Answer>
        </Card>
        <Card title={t("screens.who")} hint={t("screens.who.hint")} className="span-5" flush actions={<CsvButton name="spots-seen" columns={seenColumns} rows={seen.data} />}>
          <Answer query={seen} lines={6}>
            {(found) => found.length
              ? <div className="max-list scroller"><Table label={t("screens.who")} columns={seenColumns} rows={found} rowKey={(row) => `${row.member} ${row.screen} ${row.start}`} /></div>
              : <Notice tight title={t("screens.who.none")} text={t("screens.who.none.hint")} />}
          </Answer>
        </Card>
      </div>
    </>
  );
}
