/** The lists beside the floor plan: scenes, messages, coupons, effects. */
import { Link } from "wouter";
import type { Firing, LiveEffect, Message, Redemption } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge, MemberLink, OutcomeBadge, StateBadge } from "../../parts/badges";
import { Interval } from "../../parts/Interval";
import { scaleOf, verdictOf } from "../../parts/verdict";
import { Notice } from "../../parts/Notice";
import { usePlaceNames } from "../../parts/places";

export function Firings({ firings }: { firings: Firing[] }) {
  const { t, maybe } = useWords();
  const named = usePlaceNames();
  const format = useFormat();
  if (!firings.length) return <Notice tight title={t("live.firings.empty")} text={t("live.firings.empty.hint")} />;
  return (
    <ul className="list">
      {firings.map((firing) => (
        <li key={firing.id}>
          <time title={format.dateTime(firing.at)}>{format.clock(firing.at)}</time>
          <div className="grow">
            <div className="row tight">
              <strong className="clip">{firing.title || firing.scene}</strong>
              <OutcomeBadge outcome={firing.outcome} />
            </div>
            <div className="small faint">
              <MemberLink member={firing.member} label={firing.label} />
              {firing.zone && ` · ${named(firing.zone)}`}
              {firing.outcome !== "holdout" && firing.reason && ` · ${maybe(`silence.${firing.reason}`, firing.reason)}`}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Messages({ messages, who = true }: { messages: Message[]; who?: boolean }) {
  const { t, w } = useWords();
  const format = useFormat();
  if (!messages.length) return <Notice tight title={t("live.messages.empty")} text={t("live.messages.empty.hint")} />;
  return (
    <ul className="list">
      {messages.map((message) => (
        <li key={message.id}>
          <time title={format.dateTime(message.at)}>{who ? format.clock(message.at) : format.dateTime(message.at)}</time>
          <div className="grow">
            <div className="row tight">
              <strong className="clip">{message.title || w(message.channel)}</strong>
              <StateBadge state={message.status} />
            </div>
            {message.body && <p className="small soft">{message.body}</p>}
            <div className="small faint">
              {who && (
                <>
                  <MemberLink member={message.member} label={message.label} />
                  {" · "}
                </>
              )}
              {w(message.channel)}
              {message.coupon && (
                <>
                  {" · "}
                  <span className="mono">{message.coupon}</span>
                </>
              )}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Redeemed({ rows }: { rows: Redemption[] }) {
  const { t } = useWords();
  const named = usePlaceNames();
  const format = useFormat();
  if (!rows.length) return <Notice tight title={t("live.redeemed.empty")} text={t("live.redeemed.empty.hint")} />;
  return (
    <ul className="list">
      {rows.map((row) => (
        <li key={`${row.coupon}-${row.ref}`}>
          <time title={format.dateTime(row.at)}>{format.clock(row.at)}</time>
          <div className="grow">
            <div className="row tight">
              <strong className="clip">
                {row.spent !== null ? t("live.redeemed.spent", { amount: format.money(row.spent) })
                  : row.place ? row.ref : t("live.redeemed.online")}
              </strong>
              <Badge tone="good">{t("live.redeemed.off", { amount: format.money(row.amount) })}</Badge>
            </div>
            <div className="small faint">
              <MemberLink member={row.member} label={row.label} />
              {row.place && ` · ${named(row.place)}`}
              {" · "}
              <span className="mono">{row.coupon}</span>
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Effects({ effects }: { effects: LiveEffect[] }) {
  const { t } = useWords();
  const format = useFormat();
  if (!effects.length) return <Notice tight title={t("live.effect.empty")} text={t("live.effect.empty.hint")} />;
  const scale = scaleOf(effects);
  return (
    <ul className="list">
      {effects.map((effect) => (
        <li key={effect.campaign} className="effect-line">
          <div className="row tight spread">
            <Link href={`/campaigns/${effect.campaign}`} className="clip">
              {effect.name || effect.campaign}
            </Link>
            <strong className="num">{format.moneySigned(effect.lift)}</strong>
          </div>
          <Interval effect={effect} scale={scale} />
          <div className="small faint row tight spread">
            <span>{t(`verdict.short.${verdictOf(effect)}`)}</span>
            <span>
              {t("campaigns.treated")} {format.number(effect.treated)} · {t("campaigns.holdout")}{" "}
              {format.number(effect.holdout)}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
