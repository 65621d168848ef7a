/** One campaign: its verdict first, then the figures it rests on. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useParams } from "wouter";
import { campaignQuery } from "../../api/queries";
import type { CampaignPage } from "../../api/types";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { StateBadge } from "../../parts/badges";
import { LazyChart } from "../../parts/chart/LazyChart";
import { boundsOf, verdictOf } from "../../parts/verdict";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Figures, Page } from "../../parts/Page";
import { Messages } from "../live/lists";
import { daysOption, effectOption } from "./charts";
import { LaunchButton } from "./LaunchButton";
import { PauseButton } from "./PauseButton";
import { useVerdict, VerdictBadge } from "./verdict";

const EFFECT_PX = 130;
const DAYS_PX = 220;

function EffectCard({ campaign }: { campaign: CampaignPage }) {
  const { t } = useWords();
  const format = useFormat();
  const verdict = useVerdict();
  const { effect } = campaign;
  const bounds = boundsOf(effect);
  const option = useMemo(() => {
    const known = boundsOf(effect);
    // Before the first sale after the assignment there is no width to draw.
    return known && known.high > known.low ? effectOption(known, format) : null;
  }, [effect, format]);
  return (
    <Card title={t("campaign.effect")} hint={t("campaign.effect.hint")} actions={<VerdictBadge effect={effect} />}>
      <p className="verdict">{verdict(effect)}</p>
      <p className="soft">{t(`verdict.advice.${bounds ? verdictOf(effect) : "none"}`)}</p>
      {campaign.reason && <p className="faint small">{campaign.reason}</p>}
      {effect && bounds && (
        <>
          {option && (
            <LazyChart height={EFFECT_PX} option={option} label={t("campaign.effect.label", {
              lift: format.moneySigned(bounds.lift),
              low: format.moneySigned(bounds.low),
              high: format.moneySigned(bounds.high),
            })} />
          )}
          <dl className="pairs">
            <div className="pair">
              <dt>{t("campaign.mean.treated")}</dt>
              <dd>{format.money(effect.treated_mean)}</dd>
            </div>
            <div className="pair">
              <dt>{t("campaign.mean.holdout")}</dt>
              <dd>{format.money(effect.holdout_mean)}</dd>
            </div>
            <div className="pair">
              <dt>{t("campaign.incremental")}</dt>
              <dd>
                {format.moneySigned(effect.incremental)}{" "}
                <span className="faint">
                  {t("campaign.interval", {
                    low: format.moneySigned(effect.incremental_low),
                    high: format.moneySigned(effect.incremental_high),
                  })}
                </span>
              </dd>
            </div>
          </dl>
        </>
      )}
    </Card>
  );
}

function DaysCard({ campaign }: { campaign: CampaignPage }) {
  const { t } = useWords();
  const format = useFormat();
  const { days } = campaign;
  const option = useMemo(
    () => days.length ? daysOption(days, { sent: t("campaigns.sent"), redeemed: t("campaigns.redeemed"), day: format.day, short: format.dayShort }) : null,
    [days, t, format],
  );
  return (
    <Card title={t("campaign.days")}>
      {option ? <LazyChart height={DAYS_PX} option={option} label={t("campaign.days.label")} />
        : <Notice tight title={t("campaign.days.empty")} />}
    </Card>
  );
}

function About({ campaign }: { campaign: CampaignPage }) {
  const { t, w } = useWords();
  const format = useFormat();
  const { offer, start, end } = campaign;
  const period = [
    start && t("campaign.from", { date: format.date(start) }),
    end && t("campaign.until", { date: format.date(end) }),
  ].filter(Boolean).join(" ");
  const facts: [string, string | undefined][] = [
    [t("campaign.kind"), w(campaign.kind)],
    [t("campaigns.scene"), campaign.scene_title],
    [t("campaigns.period"), period || t("campaign.always")],
    [t("campaign.holdoutshare"), campaign.holdout === undefined ? "" : format.percent(campaign.holdout, 1)],
    [t("campaign.offer"), offer ? t(`campaign.offer.${offer.kind}`, {
      value: offer.kind === "amount" ? format.money(offer.value) : format.number(offer.value),
    }) : ""],
    ...(offer && offer.kind !== "none"
      ? ([
          [t("campaign.offer.on"), offer.category || t("campaign.offer.everything")],
          [t("campaign.offer.valid"), format.period(offer.valid)],
        ] as [string, string][])
      : []),
  ];
  return (
    <Card title={t("campaign.about")}>
      <dl className="pairs">
        {facts.filter(([, value]) => value).map(([name, value]) => (
          <div className="pair" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Silence({ campaign }: { campaign: CampaignPage }) {
  const { t, maybe } = useWords();
  const format = useFormat();
  if (!campaign.silence?.length) return null;
  return (
    <Card title={t("campaign.silence")}>
      <dl className="pairs">
        {campaign.silence.map(({ reason, count }) => (
          <div className="pair" key={reason}>
            <dt>{maybe(`silence.${reason}`, reason)}</dt>
            <dd>{format.number(count)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

export default function Campaign() {
  const { code = "" } = useParams();
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(campaignQuery(code));
  const campaign = query.data;
  return (
    <Page title={campaign?.name || code}
      subtitle={campaign && (
        <span className="row tight">
          <StateBadge state={campaign.state} /> <span className="mono">{campaign.code}</span>
        </span>
      )}
      actions={
        <>
          <Link href="/campaigns" className="button">
            <Icon name="back" /> {t("nav.campaigns")}
          </Link>
          {campaign && <PauseButton campaign={campaign} />}
          {campaign && <LaunchButton campaign={campaign} />}
        </>
      }>
      <Answer query={query} lines={12}>
        {(found) => (
          <>
            <Figures items={[
              { name: t("campaigns.treated"), value: format.number(found.assigned_treated) },
              { name: t("campaigns.holdout"), value: format.number(found.assigned_holdout) },
              { name: t("campaigns.sent"), value: format.number(found.sent) },
              { name: t("campaigns.redeemed"), value: format.number(found.redeemed) },
            ]} />
            <div className="grid">
              <div className="span-8 stack">
                <EffectCard campaign={found} />
                <DaysCard campaign={found} />
              </div>
              <div className="span-4 stack">
                <About campaign={found} />
                <Silence campaign={found} />
                <Card title={t("campaign.samples")} flush>
                  {found.messages.length ? (
                    <div className="scroller samples" tabIndex={0}>
                      <Messages messages={found.messages} />
                    </div>
                  ) : (
                    <Notice tight title={t("campaign.samples.empty")} />
                  )}
                </Card>
              </div>
            </div>
          </>
        )}
      </Answer>
    </Page>
  );
}
