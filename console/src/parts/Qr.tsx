/** A text as QR code: shown, copied, and handed over as a picture. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { made } from "../api/client";
import { Icon } from "../app/icons";
import { save } from "../csv";
import { useWords } from "../i18n/language";
import { useErrorText } from "./Notice";
import { useToast } from "./toast";

/** Copying, and saying so. */
export function useCopy(): (text: string) => void {
  const { t } = useWords();
  const toast = useToast();
  return (text) => {
    navigator.clipboard?.writeText(text).then(
      () => toast({ text: t("qr.copied") }),
      () => toast({ text: t("qr.notcopied"), bad: true }),
    ) ?? toast({ text: t("qr.notcopied"), bad: true }); // no clipboard without HTTPS
  };
}

export function QrImage({ text }: { text: string }) {
  const { t } = useWords();
  const { data } = useQuery({
    queryKey: ["qr", text],
    queryFn: () => made("/api/qr", { text }),
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const [address, setAddress] = useState("");
  useEffect(() => {
    if (!data) return;
    const made = URL.createObjectURL(data);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return address ? <img className="qr" src={address} alt={t("qr.alt", { text })} /> : <span className="qr" aria-hidden="true" />;
}

/** The text in full, with what can be done with it. */
export function QrPanel({ text, name, hint }: { text: string; name: string; hint?: string }) {
  const { t } = useWords();
  const copy = useCopy();
  const toast = useToast();
  const told = useErrorText();
  const draw = async (form: "svg" | "png") => {
    try {
      save(`${name}.${form}`, await made("/api/qr", { text, form }));
    } catch (error) {
      toast({ text: told(error), bad: true });
    }
  };
  return (
    <div className="qr-panel">
      <QrImage text={text} />
      <div className="stack grow">
        <code className="address">{text}</code>
        {hint && <p className="faint small">{hint}</p>}
        <div className="row">
          <button type="button" className="button" onClick={() => copy(text)}>{t("qr.copy")}</button>
          <button type="button" className="button" onClick={() => void draw("svg")}><Icon name="download" /> SVG</button>
          <button type="button" className="button" onClick={() => void draw("png")}><Icon name="download" /> PNG</button>
        </div>
      </div>
    </div>
  );
}
