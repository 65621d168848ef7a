/** One event as one line: when, what, where, who, how much. */
import type { EventRow } from "../api/types";
import { useFormat } from "../app/session";
import { useWords } from "../i18n/language";
import { MemberLink } from "./badges";
import { usePlaceNames } from "./places";

const TONE: Record<string, string> = {
  "Receipt Issued": "good",
  "Order Completed": "good",
  "Coupon Redeemed": "good",
  "Receipt Returned": "bad",
  "Order Refunded": "bad",
  "Message Sent": "warn",
};

export function EventLine({ event, who = true, dated = false }: { event: EventRow; who?: boolean; dated?: boolean }) {
  const { w } = useWords();
  const format = useFormat();
  const named = usePlaceNames();
  const where = [w(event.channel), named(event.zone || event.place)].filter(Boolean).join(" · ");
  return (
    <li className="event">
      <time dateTime={new Date(event.time).toISOString()} title={format.dateTime(event.time)}>
        {dated ? format.dateTime(event.time) : format.time(event.time)}
      </time>
      <span className={`dot ${TONE[event.type] ?? ""}`} aria-hidden="true" />
      <span className="grow">
        <span className="clip event-what">
          {w(event.type)}
          {event.label && <span className="soft"> {event.label}</span>}
        </span>
        <span className="clip event-what faint small">{where}</span>
      </span>
      <span className="event-end">
        {who && <MemberLink member={event.member} />}
        {event.amount ? <span className="num">{format.money(event.amount)}</span> : null}
      </span>
    </li>
  );
}
