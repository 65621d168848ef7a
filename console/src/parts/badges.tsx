/** States in a word and a colour; the colour never says it alone. */
import { Link } from "wouter";
import type { Outcome } from "../api/types";
import { useWords } from "../i18n/language";

export function Badge({ tone, children }: { tone?: "good" | "warn" | "bad"; children: string }) {
  return <span className={tone ? `badge ${tone}` : "badge"}>{children}</span>;
}

export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const { maybe } = useWords();
  const tone = outcome === "sent" ? "good" : outcome === "holdout" ? "warn" : undefined;
  return <Badge tone={tone}>{maybe(`outcome.${outcome}`, outcome)}</Badge>;
}

const BAD = new Set(["failed", "refused", "expired", "void", "dead"]);
const GOOD = new Set(["sent", "seen", "redeemed", "running"]);

export function StateBadge({ state }: { state: string }) {
  const { w, maybe } = useWords();
  return <Badge tone={GOOD.has(state) ? "good" : BAD.has(state) ? "bad" : undefined}>{maybe(`campaign.state.${state}`, w(state))}</Badge>;
}

/** A member's label as a link; someone unknown stays plain. */
export function MemberLink({ member, label }: { member: number | null | undefined; label?: string }) {
  const { t } = useWords();
  if (!member) return <span className="faint">{label || t("anonymous")}</span>;
  return <Link href={`/members/${member}`}>{label || `M${String(member).padStart(6, "0")}`}</Link>;
}
