/** A sheet of codes to print: looked at first, then printed or kept. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { made } from "../../api/client";
import { Icon } from "../../app/icons";
import { download } from "../../csv";
import { useWords } from "../../i18n/language";
import { Dialog } from "../../parts/Dialog";
import { Answer } from "../../parts/Notice";
import { Choice } from "../../parts/Page";

type Size = "small" | "medium" | "large";

export function Sheet({ codes, base, onClose }: { codes: string[]; base: string; onClose: () => void }) {
  const { t } = useWords();
  const [size, setSize] = useState<Size>("medium");
  const frame = useRef<HTMLIFrameElement>(null);
  const query = useQuery({
    queryKey: ["sheet", codes, base, size],
    queryFn: async () => (await made("/api/links/sheet", { codes, base, size })).text(),
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <Dialog wide title={t("codes.sheet", { count: codes.length })} onClose={onClose}>
      <div className="stack">
        <div className="row">
          <Choice label={t("codes.size")} value={size} onChange={setSize}
            options={(["small", "medium", "large"] as const).map((value) => ({ value, text: t(`codes.size.${value}`) }))} />
          <span className="grow" />
          <button type="button" className="button primary" disabled={!query.data} onClick={() => frame.current?.contentWindow?.print()}>
            {t("codes.print")}
          </button>
          <button type="button" className="button" disabled={!query.data} onClick={() => download("codes.html", query.data ?? "", "text/html")}>
            <Icon name="download" /> HTML
          </button>
        </div>
        <Answer query={query} lines={6}>
          {(page) => <iframe ref={frame} className="sheet-preview" title={t("codes.sheet", { count: codes.length })} srcDoc={page} />}
        </Answer>
      </div>
    </Dialog>
  );
}
