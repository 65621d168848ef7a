/** Screens with their playlists and who could see them, kiosks, electronic shelves. */
import { useState } from "react";
import { useWords } from "../../i18n/language";
import { tidyBase, useBase } from "../../parts/base";
import { TextField } from "../../parts/fields";
import { Choice, Page } from "../../parts/Page";
import { Kiosks, Screens as ScreenList, Shelves } from "./Devices";
import { Played } from "./Played";
import { Playlists } from "./Playlists";

const TABS = ["screens", "playlists", "played", "kiosks", "shelves"] as const;

export default function Screens() {
  const { t } = useWords();
  const [tab, setTab] = useState<(typeof TABS)[number]>("screens");
  const [typed, setBase] = useBase();
  const base = tidyBase(typed) || window.location.origin;
  return (
    <Page title={t("screens.title")} subtitle={t("screens.subtitle")}
      actions={<Choice label={t("screens.title")} value={tab} onChange={setTab} options={TABS.map((value) => ({ value, text: t(`screens.tab.${value}`) }))} />}>
      {tab !== "played" && tab !== "playlists" && (
        <div className="base-address">
          <TextField label={t("screens.base")} value={typed} onChange={setBase} type="url" inputMode="url"
            hint={tidyBase(typed) ? t("screens.base.hint") : t("codes.base.bad")} />
        </div>
      )}
      {tab === "screens" && <ScreenList base={base} />}
      {tab === "playlists" && <Playlists base={base} />}
      {tab === "played" && <Played />}
      {tab === "kiosks" && <Kiosks base={base} />}
      {tab === "shelves" && <Shelves base={base} />}
    </Page>
  );
}
