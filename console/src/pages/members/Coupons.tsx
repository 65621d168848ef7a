import { Link } from "wouter";
import type { MemberPage } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { StateBadge } from "../../parts/badges";
import { Notice } from "../../parts/Notice";
import { Table, type Column } from "../../parts/Table";

export function Coupons({ coupons }: { coupons: MemberPage["coupons"] }) {
  const { t } = useWords();
  const format = useFormat();
  if (!coupons.length) return <Notice tight title={t("member.coupons.empty")} text={t("member.coupons.empty.hint")} />;
  const columns: Column<MemberPage["coupons"][number]>[] = [
    { key: "code", title: t("coupon.code"), phone: "title", show: (row) => <span className="mono">{row.code}</span> },
    {
      key: "campaign",
      title: t("coupon.campaign"),
      show: (row) => (row.campaign ? <Link href={`/campaigns/${row.campaign}`}>{row.campaign}</Link> : "–"),
    },
    { key: "state", title: t("coupon.state"), show: (row) => <StateBadge state={row.state} /> },
    { key: "expires", title: t("coupon.expires"), show: (row) => format.date(row.expires) },
    { key: "redeemed", title: t("coupon.redeemed"), show: (row) => format.dateTime(row.redeemed) },
    { key: "receipt", title: t("coupon.receipt"), show: (row) => <span className="mono">{row.receipt || "–"}</span> },
  ];
  return <Table label={t("member.coupons")} columns={columns} rows={coupons} rowKey={(row) => row.code} />;
}
