/** New codes: one by a form, many from a CSV, and Digital Links of goods that carry a GTIN. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, upload } from "../../api/client";
import type { LinkKind, NewLink } from "../../api/codes";
import { toCsv, download } from "../../csv";
import { useWords } from "../../i18n/language";
import { tidyBase } from "../../parts/base";
import { FileButton, TextField } from "../../parts/fields";
import { useErrorText } from "../../parts/Notice";
import { Card, Choice } from "../../parts/Page";
import { QrPanel } from "../../parts/Qr";
import { useToast } from "../../parts/toast";
import { digitalLink, gtin14 } from "./digital";

const KINDS: LinkKind[] = ["product", "shelf", "page"];
const EMPTY: NewLink = { kind: "product", sku: "", place: "", campaign: "", target: "", label: "", code: "" };
const COLUMNS = ["kind", "sku", "place", "campaign", "target", "label", "code"];

interface Made {
  codes: string[];
  /** What was named that nobody knows yet. */
  unknown: Record<string, string[]>;
}

export function MakeOne({ onMade }: { onMade: (codes: string[]) => void }) {
  const { t } = useWords();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const [link, setLink] = useState<NewLink>(EMPTY);
  const [share, setShare] = useState<number | null>(null);
  const done = ({ codes, unknown }: Made) => {
    const names = Object.values(unknown).flat().join(", ");
    if (names) toast({ text: t("codes.unknown", { names }), bad: true });
    void data.invalidateQueries({ queryKey: ["links"] });
    onMade(codes);
  };
  const failed = (error: unknown) => toast({ text: told(error), bad: true });
  const one = useMutation({
    mutationFn: () => post<Made>("/api/links", { links: [link] }),
    onSuccess: (found) => (done(found), setLink({ ...EMPTY, kind: link.kind, place: link.place, campaign: link.campaign })),
    onError: failed,
  });
  const many = useMutation({
    mutationFn: (file: File) => upload<Made>("/api/links/file", file, setShare),
    onSuccess: (found) => (done(found), toast({ text: t("codes.made", { count: found.codes.length }) })),
    onError: failed,
    onSettled: () => setShare(null),
  });
  const set = (key: keyof NewLink) => (value: string) => setLink({ ...link, [key]: value.trim() });
  const ready = link.kind === "page" ? link.target : link.sku && (link.kind !== "shelf" || link.place);
  return (
    <Card title={t("codes.new")} hint={t(`codes.kind.${link.kind}.hint`)} actions={
      <>
        <button type="button" className="button plain" onClick={() => download("codes-template.csv", toCsv(COLUMNS, [["product", "", "", "", "", "", ""]]))}>
          {t("codes.template")}
        </button>
        <FileButton accept=".csv,text/csv" disabled={many.isPending} onFile={(file) => many.mutate(file)}>{t("codes.file")}</FileButton>
      </>
    }>
      {many.isPending && <p className="small" role="status">{t("codes.file.busy")} <progress value={share === 1 ? undefined : share ?? 0} /></p>}
      <form className="stack" onSubmit={(event) => (event.preventDefault(), one.mutate())}>
        <Choice label={t("codes.kind")} value={link.kind} onChange={(kind) => setLink({ ...link, kind })}
          options={KINDS.map((kind) => ({ value: kind, text: t(`codes.kind.${kind}`) }))} />
        <div className="fields">
          {link.kind === "page"
            ? <TextField label={t("codes.target")} value={link.target} onChange={set("target")} type="url" placeholder="https://shop.example/spring" required />
            : <TextField label={t("codes.sku")} value={link.sku} onChange={set("sku")} required maxLength={128} />}
          <TextField label={t("codes.place")} value={link.place} onChange={set("place")} required={link.kind === "shelf"}
            hint={t(link.kind === "shelf" ? "codes.place.needed" : "codes.place.hint")} />
          <TextField label={t("codes.campaign")} value={link.campaign} onChange={set("campaign")} hint={t("codes.optional")} />
          <TextField label={t("codes.label")} value={link.label} onChange={(label) => setLink({ ...link, label })} hint={t("codes.label.hint")} maxLength={64} />
          <TextField label={t("codes.code")} value={link.code} onChange={set("code")} hint={t("codes.code.hint")} maxLength={64} />
        </div>
        <div className="row">
          <button type="submit" className="button primary" disabled={!ready || one.isPending}>{t("codes.make")}</button>
        </div>
      </form>
    </Card>
  );
}

export function DigitalLinks({ base }: { base: string }) {
  const { t } = useWords();
  const [gtin, setGtin] = useState("");
  const [serial, setSerial] = useState("");
  const [store, setStore] = useState("");
  const found = gtin14(gtin);
  return (
    <Card title={t("codes.digital")} hint={t("codes.digital.hint")}>
      <div className="stack">
        <div className="fields">
          <TextField label="GTIN" value={gtin} onChange={setGtin} inputMode="numeric" placeholder="6901234567892"
            hint={gtin.trim() && !found ? t("codes.gtin.bad") : t("codes.gtin.hint")} />
          <TextField label={t("codes.serial")} value={serial} onChange={(text) => setSerial(text.trim())} hint={t("codes.optional")} />
          <TextField label={t("codes.place")} value={store} onChange={(text) => setStore(text.trim())} hint={t("codes.place.hint")} />
        </div>
        {found && tidyBase(base) && (
          <QrPanel text={digitalLink(tidyBase(base), found, serial, store)} name={`gtin-${found}${serial && `-${serial.replaceAll(/\W/g, "_")}`}`} />
        )}
      </div>
    </Card>
  );
}
