/** Adding a touchpoint: what goes into datong.toml, what into the sender, and whether its first frame has come. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { touchpointsQuery, type Source } from "../../api/touchpoints";
import { venueListQuery } from "../../api/venues";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { tidyBase, useBase } from "../../parts/base";
import { SelectField, TextField } from "../../parts/fields";
import { Card, Choice, Page } from "../../parts/Page";
import { useCopy } from "../../parts/Qr";
import { curl, goodName, KINDS, newKey, toml, type Transport } from "./snippet";

function Copied({ text }: { text: string }) {
  const { t } = useWords();
  const copy = useCopy();
  return (
    <div className="copied">
      <pre className="raw">{text}</pre>
      <button type="button" className="button small" onClick={() => copy(text)}>{t("qr.copy")}</button>
    </div>
  );
}

/** What came of it so far, told as it comes in. */
function Arrived({ source, name }: { source: Source | undefined; name: string }) {
  const { t } = useWords();
  const format = useFormat();
  const came = source && (source.received > 0 || source.last > 0);
  const good = source && source.stored + source.known + source.today > 0;
  return (
    <ol className="arrived" aria-live="polite">
      <li><Badge tone={source ? "good" : undefined}>{source ? t("add.done") : t("add.waiting")}</Badge> {source ? t("add.configured", { name }) : t("add.notyet", { name })}</li>
      <li><Badge tone={came ? "good" : undefined}>{came ? t("add.done") : t("add.waiting")}</Badge> {came ? (source.received ? t("add.came", { count: format.number(source.received) }) : t("add.before", { time: format.dateTime(source.last) })) : t("add.nothing")}</li>
      <li>
        <Badge tone={good ? "good" : source?.received ? "bad" : undefined}>{good ? t("add.done") : source?.received ? t("add.wrong") : t("add.waiting")}</Badge>{" "}
        {good ? t("add.stored", { count: format.number(Math.max(source.stored, source.today)) }) : t("add.stored.not")}
        {source && source.quarantined > 0 && <> · <Link href={`/quarantine/from/${encodeURIComponent(name)}`}>{t("add.quarantined", { count: format.number(source.quarantined) })}</Link></>}
        {source && source.refused > 0 && <> · {t("add.refused", { count: format.number(source.refused) })}</>}
      </li>
    </ol>
  );
}

export default function Add() {
  const { t, maybe } = useWords();
  const [kind, setKind] = useState("wifi");
  const [name, setName] = useState("wifi");
  const [key] = useState(newKey);
  const [place, setPlace] = useState("");
  const [transport, setTransport] = useState<Transport>("push");
  const [typed, setBase] = useBase();
  const venues = useQuery(venueListQuery()).data?.venues ?? [];
  const sources = useQuery({ ...touchpointsQuery(), refetchInterval: 2_000 }).data?.touchpoints ?? [];
  const info = KINDS.find((one) => one.kind === kind) ?? KINDS[0]!;
  const base = tidyBase(typed) || window.location.origin;
  const address = `${base}${info.path ?? `/touchpoints/${name}`}`;
  const found = sources.find((one) => one.name === name);
  const taken = found !== undefined && found.kind !== kind;
  const choose = (next: string) => {
    setKind(next);
    setName(next.replaceAll("_", "-"));
  };
  return (
    <Page title={t("add.title")} subtitle={t("add.subtitle")} actions={<Link className="button" href="/touchpoints">{t("app.back")}</Link>}>
      <Card title={t("add.what")}>
        <div className="stack">
          <Choice label={t("add.what")} value={kind} onChange={choose}
            options={KINDS.map((one) => ({ value: one.kind, text: maybe(`kind.${one.kind}`, one.kind) }))} />
          <div className="fields">
            <TextField label={t("add.name")} value={name} onChange={(text) => setName(text.trim())} hint={goodName(name) ? (taken ? t("add.name.taken") : t("add.name.hint")) : t("add.name.bad")} />
            {info.placed && <SelectField label={t("touchpoints.place")} value={place} onChange={setPlace}
              options={[{ value: "", text: t("add.place.none") }, ...venues.map((one) => ({ value: one.code, text: one.name }))]} />}
            <SelectField label={t("touchpoints.transport")} value={transport} onChange={setTransport}
              options={(["push", "mqtt", "drop", "poll"] as const).map((value) => ({ value, text: value === "push" ? t("touchpoints.push") : t(`touchpoints.transport.${value}`) }))} />
            {transport === "push" && <TextField label={t("add.base")} value={typed} onChange={setBase} type="url" hint={tidyBase(typed) ? t("add.base.hint") : t("codes.base.bad")} />}
          </div>
        </div>
      </Card>
      {goodName(name) && (
        <>
          <Card title={t("add.toml")} hint={t("add.toml.hint")}>
            <Copied text={toml(info, name, key, place, transport)} />
            {info.settings(name).some((line) => line.includes("file =")) && <p className="hint">{t("add.secrets")}</p>}
          </Card>
          <Card title={t("add.sender")} hint={maybe(`add.where.${kind}`, t("add.where"))}>
            {transport === "push" ? (
              <div className="stack">
                <dl className="pairs">
                  <dt>{t("add.address")}</dt>
                  <dd><code className="mono">{address}</code></dd>
                  <dt>{t("add.key")}</dt>
                  <dd>{info.key ? <><code className="mono">Authorization: Bearer {key}</code><div className="faint small">{t("add.key.hint")}</div></> : t("add.key.own")}</dd>
                </dl>
                {info.sample && <><h3>{t("add.try")}</h3><Copied text={curl(base, info, name, key)} /></>}
              </div>
            ) : <p className="small">{t(`add.by.${transport}`)}</p>}
          </Card>
          <Card title={t("add.first")} hint={t("add.first.hint")}>
            <Arrived source={found} name={name} />
          </Card>
        </>
      )}
    </Page>
  );
}
