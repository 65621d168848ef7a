/** The steps that may follow, as buttons; each says what it will do before it does it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import type { OrderPage } from "../../api/goods";
import { useWords } from "../../i18n/language";
import { Confirm } from "../../parts/Confirm";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";

const FINAL = new Set(["cancelled", "refunded"]);
/** Steps that need to know a place, where no reservation says it. */
const FROM = new Set(["shipped", "collected"]);

interface Said {
  store_id: string;
  carrier: string;
  tracking: string;
  code: string;
  reason: string;
}
const NOTHING: Said = { store_id: "", carrier: "", tracking: "", code: "", reason: "" };

export function NextSteps({ order }: { order: OrderPage }) {
  const { t, maybe } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const [step, setStep] = useState("");
  const [said, setSaid] = useState(NOTHING);
  const kept = order.reservations.some((one) => one.state === "granted");
  const left = order.pieces.filter(([, ordered, gone]) => ordered > gone);
  const take = useMutation({
    mutationFn: () =>
      step === "reserved"
        ? post("/api/commerce/reservations", {
            order: order.key, store_id: order.place, products: left.map(([sku, ordered, gone]) => ({ sku, quantity: ordered - gone })),
          })
        : post("/api/commerce/orders/step", { order: order.key, step, ...said }),
    onSuccess: () => {
      toast({ text: t("order.stepped", { ref: order.ref, state: maybe(`state.${step}`, step) }) });
      setStep("");
      setSaid(NOTHING);
    },
    onError: (error) => toast({ text: errorText(error), bad: true }),
    onSettled: () => Promise.all([["orders"], ["goods"], ["stock"]].map((queryKey) => data.invalidateQueries({ queryKey }))),
  });
  const steps = order.next.filter((name) => name !== "paid" && !(name === "reserved" && kept)
    && !(order.mode === "collect" ? name === "shipped" : name === "ready" || name === "collected"));
  if (!steps.length) return <p className="faint">{t("order.next.none")}</p>;

  const asked: (keyof Said)[] = [
    ...(step === "returned" || (FROM.has(step) && !kept) ? (["store_id"] as const) : []),
    ...(step === "shipped" ? (["carrier", "tracking"] as const) : []),
    ...(step === "collected" && order.code ? (["code"] as const) : []),
    ...(FINAL.has(step) ? (["reason"] as const) : []),
  ];
  const labels: Record<keyof Said, string> = {
    store_id: t(step === "returned" ? "order.into" : "order.from"), carrier: t("order.carrier"), tracking: t("order.tracking"),
    code: t("order.code.ask"), reason: t("order.reason"),
  };
  const needsPlace = step === "returned" || (FROM.has(step) && !kept && !order.place);
  return (
    <div className="row">
      {steps.map((name) => (
        <button key={name} type="button" className={FINAL.has(name) ? "button danger" : "button"} disabled={take.isPending}
          onClick={() => {
            setSaid({ ...NOTHING, store_id: name === "returned" || kept ? "" : order.place });
            setStep(name);
          }}>
          {maybe(`step.${name}`, name)}
        </button>
      ))}
      <Confirm open={step !== ""} title={t("order.confirm", { step: maybe(`step.${step}`, step), ref: order.ref })}
        points={step ? [maybe(`order.point.${step}`, step)] : []} action={maybe(`step.${step}`, step)} danger={FINAL.has(step)}
        busy={take.isPending} ready={!needsPlace || said.store_id.trim() !== ""} onClose={() => setStep("")} onConfirm={() => take.mutate()}>
        <div className="stack">
        {asked.map((name) => (
          <label className="field" key={name}>
            {labels[name]}
            <input className="input" value={said[name]} inputMode={name === "code" ? "numeric" : undefined}
              onChange={(event) => setSaid({ ...said, [name]: event.target.value })} />
          </label>
        ))}
        </div>
      </Confirm>
    </div>
  );
}
