/** Visits and flow lines of a part of the chain: a region, a city, a retail format. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { venueListQuery, type Period } from "../../api/venues";
import { useSession } from "../../app/session";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { Answer } from "../../parts/Notice";
import { Choice, Page } from "../../parts/Page";
import { Flows } from "./Flows";
import { HourChoice, type Hours } from "./HourChoice";
import { Visits } from "./Visits";

const NO_FLOORS: never[] = [];

export default function Part() {
  const { t } = useWords();
  const { format, now } = useSession();
  const query = useQuery(venueListQuery());
  const today = format.isoDay(now());
  const [days, setDays] = useState<"1" | "7" | "28">("7");
  const [hours, setHours] = useState<Hours>("");
  const [region, setRegion] = useState("");
  const [city, setCity] = useState("");
  const [kind, setKind] = useState("");
  const period: Period = { from: addDays(today, 1 - Number(days)), to: today, store: "", region, city, store_format: kind, hours };
  return (
    <Page title={t("part.title")} subtitle={t("part.subtitle")} actions={<Link className="button" href="/venues">{t("venues.title")}</Link>}>
      <Answer query={query} lines={6}>
        {({ regions, formats }) => {
          const inside = regions.filter((one) => !region || one.region === region);
          const names = (list: string[]) => [...new Set(list.filter(Boolean))].sort();
          return (
            <>
              <div className="row">
                <select className="input" value={region} aria-label={t("part.region")} onChange={(event) => (setRegion(event.target.value), setCity(""))}>
                  <option value="">{t("part.regions")}</option>
                  {names(regions.map((one) => one.region)).map((one) => <option key={one}>{one}</option>)}
                </select>
                <select className="input" value={city} aria-label={t("venues.city")} onChange={(event) => setCity(event.target.value)}>
                  <option value="">{t("venues.allcities")}</option>
                  {names(inside.map((one) => one.city)).map((one) => <option key={one}>{one}</option>)}
                </select>
                <select className="input" value={kind} aria-label={t("venues.format")} onChange={(event) => setKind(event.target.value)}>
                  <option value="">{t("part.formats")}</option>
                  {formats.map((one) => <option key={one.code} value={one.code}>{one.name}</option>)}
                </select>
                <Choice label={t("visits.days")} value={days} onChange={setDays}
                  options={(["1", "7", "28"] as const).map((value) => ({ value, text: t(`visits.days.${value}`) }))} />
                <HourChoice value={hours} onChange={setHours} />
              </div>
              <Visits period={period} />
              <Flows period={period} floors={NO_FLOORS} />
            </>
          );
        }}
      </Answer>
    </Page>
  );
}
