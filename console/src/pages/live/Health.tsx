/** How what comes in and what goes out fare: the sources of events and the channels of messages. */
import { Link } from "wouter";
import type { ChannelHealth, SourceHealth } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Notice } from "../../parts/Notice";
import { Table, type Column } from "../../parts/Table";
import { silenceOf, worstFirst } from "./silence";

const TONES = { fresh: "good", quiet: undefined, silent: "warn" } as const;

export function Sources({ sources, now }: { sources: SourceHealth[]; now: number }) {
  const { t, maybe } = useWords();
  const format = useFormat();
  if (!sources.length) return <Notice tight title={t("live.sources.empty")} text={t("live.sources.empty.hint")} />;
  const silence = (row: SourceHealth) => silenceOf(row, now, format.sinceMidnight(now));
  const columns: Column<SourceHealth>[] = [
    {
      key: "name",
      title: t("source.name"),
      phone: "title",
      width: "30%",
      show: (row) => (
        <span className="row tight">
          <span className={`dot ${TONES[silence(row).state] ?? ""}`} aria-hidden="true" />
          <strong>{row.name}</strong> <span className="faint">{maybe(`kind.${row.kind}`, row.kind)}</span>
        </span>
      ),
    },
    {
      key: "state",
      title: t("source.state"),
      phone: "whole",
      show: (row) => {
        const { state, gap, usual } = silence(row);
        return (
          <span className="row tight">
            <Badge tone={TONES[state]}>{t(`source.${state}`, { gap: format.duration(gap) })}</Badge>
            {state === "silent" && usual !== null && (
              <span className="small faint">{t("source.usual", { usual: format.duration(Math.max(1000, usual)) })}</span>
            )}
          </span>
        );
      },
    },
    {
      key: "last",
      title: t("source.last"),
      show: (row) => format.isoDay(row.last_seen) === format.isoDay(now) ? format.time(row.last_seen) : format.dateTime(row.last_seen),
    },
    { key: "today", title: t("source.today"), number: true, show: (row) => format.number(row.events_today) },
    {
      key: "rejected",
      title: t("source.rejected"),
      number: true,
      show: (row) =>
        row.quarantined ? <Link href="/quarantine">{format.number(row.quarantined)}</Link> : format.number(0),
    },
  ];
  return <Table label={t("live.sources")} columns={columns} rows={sources} rowKey={(row) => row.name} />;
}

export function ChannelList({ channels, now }: { channels: ChannelHealth[]; now: number }) {
  const { t, w, maybe } = useWords();
  const format = useFormat();
  if (!channels.length) return <Notice tight title={t("live.channels.empty")} text={t("live.channels.empty.hint")} />;
  return (
    <ul className="list health">
      {worstFirst(channels).map((channel) => {
        const dead = channel.state === "dead";
        return (
          <li key={channel.name}>
            <span className={`dot ${dead ? "bad" : "good"}`} aria-hidden="true" />
            <div className="grow">
              <div className="row tight">
                <strong>{channel.name}</strong>
                {channel.kind !== channel.name && <span className="faint">{w(channel.kind)}</span>}
                <Badge tone={dead ? "bad" : "good"}>{maybe(`channel.${channel.state}`, channel.state)}</Badge>
              </div>
              {dead && channel.reason && <p className="reason small">{channel.reason}</p>}
              <div className="small faint">
                <span title={format.dateTime(channel.since)}>{t("channel.for", { time: format.duration(Math.max(0, now - channel.since)) })}</span>
                {" · "}
                {channel.waiting ? t("channel.waiting", { count: format.number(channel.waiting) }) : t("channel.idle")}
              </div>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
