/** Codes on goods, shelves and posters: made, printed, read; and claims that tie a phone to a member. */
import { useState } from "react";
import { useWords } from "../../i18n/language";
import { tidyBase, useBase } from "../../parts/base";
import { TextField } from "../../parts/fields";
import { Choice, Page } from "../../parts/Page";
import { Claims } from "./Claims";
import { Links } from "./Links";
import { DigitalLinks, MakeOne } from "./Make";
import { Scans } from "./Scans";

const TABS = ["links", "scans", "claims"] as const;

export default function Codes() {
  const { t } = useWords();
  const [tab, setTab] = useState<(typeof TABS)[number]>("links");
  const [base, setBase] = useBase();
  const [fresh, setFresh] = useState<string[]>([]);
  const good = tidyBase(base);
  return (
    <Page title={t("codes.title")} subtitle={t("codes.subtitle")}
      actions={<Choice label={t("codes.title")} value={tab} onChange={setTab} options={TABS.map((value) => ({ value, text: t(`codes.tab.${value}`) }))} />}>
      {tab !== "scans" && (
        <div className="base-address">
          <TextField label={t("codes.base")} value={base} onChange={setBase} type="url" inputMode="url"
            hint={good ? (new URL(good).protocol === "http:" ? t("codes.base.http") : t("codes.base.hint")) : t("codes.base.bad")} />
        </div>
      )}
      {tab === "links" && (
        <>
          <MakeOne onMade={setFresh} />
          <Links base={good || window.location.origin} fresh={fresh} />
          <DigitalLinks base={good} />
        </>
      )}
      {tab === "scans" && <Scans />}
      {tab === "claims" && <Claims base={good || window.location.origin} />}
    </Page>
  );
}
