/** What is happening in the venue right now. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { liveQuery } from "../../api/queries";
import type { EventRow, Live as LiveData } from "../../api/types";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { EventLine } from "../../parts/EventLine";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Figures, Page } from "../../parts/Page";
import { FloorPlan } from "./FloorPlan";
import { ChannelList, Sources } from "./Health";
import { Effects, Firings, Messages, Redeemed } from "./lists";
import { useStream } from "./stream";
import { Visitors } from "./Visitors";

function Present({ present }: { present: LiveData["present"] }) {
  const { t } = useWords();
  const format = useFormat();
  const share = present.total ? present.known / present.total : 0;
  return (
    <section className="card present" aria-label={t("live.present")}>
      <h2>{t("live.present")}</h2>
      <div className="present-total">{format.number(present.total)}</div>
      <div className="split" aria-hidden="true">
        <i style={{ width: `${share * 100}%`, background: "var(--accent)" }} />
      </div>
      <dl className="present-parts">
        <div>
          <dt>
            <span className="dot good" aria-hidden="true" /> {t("live.known")}
          </dt>
          <dd>{format.number(present.known)}</dd>
        </div>
        <div>
          <dt>
            <span className="dot" aria-hidden="true" /> {t("live.anonymous")}
          </dt>
          <dd>{format.number(present.anonymous)}</dd>
        </div>
      </dl>
    </section>
  );
}

function Events({ polled }: { polled: EventRow[] }) {
  const { t } = useWords();
  const [paused, setPaused] = useState(false);
  const { events, connection } = useStream(polled, paused);
  const state = paused ? "paused" : connection;
  return (
    <Card title={t("live.events")} className="span-5 tall" flush
      actions={
        <>
          <span className="small faint row tight">
            <span className={`dot ${state === "live" ? "good" : state === "lost" ? "warn" : ""}`} aria-hidden="true" />
            {t(`live.events.${state}`)}
          </span>
          <button type="button" className="button plain" onClick={() => setPaused(!paused)}>
            <Icon name={paused ? "play" : "pause"} />
            {paused ? t("live.events.resume") : t("live.events.pause")}
          </button>
        </>
      }>
      {events.length === 0 ? (
        <Notice tight title={t("live.events.empty")} text={t("live.events.empty.hint")} />
      ) : (
        <ul className="list scroller" tabIndex={0} aria-label={t("live.events")}>
          {events.map((event) => (
            <EventLine key={`${event.offset}/${event.id}`} event={event} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Board({ live }: { live: LiveData }) {
  const { t } = useWords();
  const format = useFormat();
  const place = live.venues.map((venue) => venue.name || venue.place).join(" · ");
  return (
    <>
      <div className="grid live-top">
        <div className="span-4 stack">
          <Present present={live.present} />
          <Figures items={[
            { name: t("live.rate"), value: format.number(live.events_per_s, 1), note: t("live.rate.hint") },
            {
              name: t("live.behind"),
              value: live.behind_ms < 1000 ? `${format.number(live.behind_ms)} ms` : format.duration(live.behind_ms),
              note: t("live.behind.hint"),
            },
          ]} />
          <Card title={t("live.effect")} hint={t("live.effect.hint")} flush className="fill">
            <div className="scroller max-list" tabIndex={0}>
              <Effects effects={live.effect} />
            </div>
          </Card>
        </div>
        <div className="span-8 stack">
          <Card title={place || t("live.plan")} hint={t("live.plan.hint")}>
            <FloorPlan floors={live.floors} />
          </Card>
          <Visitors />
        </div>
      </div>
      <div className="grid">
        <Card title={t("live.firings")} className="span-7 tall" flush>
          <div className="scroller" tabIndex={0}>
            <Firings firings={live.firings} />
          </div>
        </Card>
        <Events polled={live.last} />
        <Card title={t("live.messages")} className="span-7 tall" flush>
          <div className="scroller" tabIndex={0}>
            <Messages messages={live.messages} />
          </div>
        </Card>
        <Card title={t("live.redeemed")} className="span-5 tall" flush>
          <div className="scroller" tabIndex={0}>
            <Redeemed rows={live.redeemed} />
          </div>
        </Card>
        <Card title={t("live.sources")} hint={t("live.sources.hint")} className="span-8" flush>
          <Sources sources={live.sources} now={live.now} />
        </Card>
        <Card title={t("live.channels")} hint={t("live.channels.hint")} className="span-4 short" flush>
          <ChannelList channels={live.channels} now={live.now} />
        </Card>
      </div>
    </>
  );
}

export function Live() {
  const { t } = useWords();
  const query = useQuery(liveQuery());
  return (
    <Page title={t("live.title")} subtitle={t("live.subtitle")}>
      <Answer query={query} lines={14}>
        {(live) => <Board live={live} />}
      </Answer>
    </Page>
  );
}
