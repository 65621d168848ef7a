/** Count, receive or correct what a place holds of a SKU; a correction has a way back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import type { StockRow } from "../../api/goods";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Confirm } from "../../parts/Confirm";
import { useErrorText } from "../../parts/Notice";
import { Choice } from "../../parts/Page";
import { useToast } from "../../parts/toast";

const KINDS = ["counted", "received", "adjusted"] as const;
type Kind = (typeof KINDS)[number];

export function Correct({ sku, places }: { sku: string; places: string[] }) {
  const { t } = useWords();
  const format = useFormat();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind>("counted");
  const [chosen, setPlace] = useState<string | null>(null);
  const place = chosen ?? places[0] ?? ""; // the stock may come in after this was drawn
  const [pieces, setPieces] = useState("");
  const [reason, setReason] = useState("");
  const quantity = Number(pieces);
  const ready = place.trim() !== "" && pieces.trim() !== "" && Number.isFinite(quantity) && (kind === "adjusted" || quantity >= 0);

  const send = useMutation({
    mutationFn: (said: { kind: Kind; quantity: number; reason: string }) =>
      post<StockRow[]>("/api/commerce/stock", {
        kind: said.kind, store_id: place.trim(), reason: said.reason, products: [{ sku, quantity: said.quantity }],
      }),
    onError: (error) => toast({ text: errorText(error), bad: true }),
    onSettled: () => data.invalidateQueries({ queryKey: ["goods"] }),
  });
  const undo = () =>
    send.mutate({ kind: "adjusted", quantity: -quantity, reason: "undo" }, { onSuccess: () => toast({ text: t("goods.corrected.undone") }) });
  const confirm = () =>
    send.mutate({ kind, quantity, reason }, {
      onSuccess: ([now]) => {
        setOpen(false);
        const text = t("goods.corrected", { sku, place: place.trim(), quantity: format.number(now?.quantity ?? quantity, 3) });
        toast(kind === "counted" ? { text } : { text, undo });
      },
    });
  return (
    <>
      <button type="button" className="button primary" onClick={() => setOpen(true)}>
        {t("goods.correct")}
      </button>
      <Confirm open={open} title={t("goods.correct.title", { sku })} points={[t(`goods.correct.${kind}`)]} action={t("goods.correct")}
        busy={send.isPending} ready={ready} onClose={() => setOpen(false)} onConfirm={confirm}>
        <div className="stack">
        <Choice label={t("goods.kind")} value={kind} options={KINDS.map((name) => ({ value: name, text: t(`move.${name}`) }))} onChange={setKind} />
        <label className="field">
          {t("goods.store")}
          <input className="input" list="places" value={place} onChange={(event) => setPlace(event.target.value)} />
          <datalist id="places">
            {places.map((code) => (
              <option key={code} value={code} />
            ))}
          </datalist>
        </label>
        <label className="field">
          {t("goods.quantity")}
          <input className="input" inputMode="decimal" value={pieces} onChange={(event) => setPieces(event.target.value)} />
        </label>
        {kind === "adjusted" && (
          <label className="field">
            {t("goods.correct.reason")}
            <input className="input" value={reason} onChange={(event) => setReason(event.target.value)} />
          </label>
        )}
        </div>
      </Confirm>
    </>
  );
}
