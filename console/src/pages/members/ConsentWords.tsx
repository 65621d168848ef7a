/** Every word a member said about consent, with what proves it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { consentWordsQuery } from "../../api/privacy";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer } from "../../parts/Notice";

export function ConsentWords({ id }: { id: string }) {
  const { t, w } = useWords();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const query = useQuery({ ...consentWordsQuery(id), enabled: open });
  return (
    <>
      <button type="button" className="button plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t(open ? "consent.hide" : "consent.show")}
      </button>
      {open && (
        <Answer query={query} lines={3}>
          {(words) => (
            <ol className="facts">
              {words.map(({ purpose, channel, granted, at, source, proof }, index) => (
                <li key={index}>
                  <span>
                    {w(purpose)} <span className="faint">({channel ? w(channel) : t("member.allchannels")})</span>
                  </span>
                  <Badge tone={granted ? "good" : "bad"}>{granted ? t("member.granted") : t("member.refused")}</Badge>
                  <small className="faint">
                    {format.dateTime(at)} · {source}
                    {proof && Object.entries(proof.details).map(([name, value]) => ` · ${w(name)}: ${String(value)}`).join("")}
                    {" · "}{proof ? t("consent.event", { event: proof.event }) : t("consent.gone")}
                  </small>
                </li>
              ))}
            </ol>
          )}
        </Answer>
      )}
    </>
  );
}
