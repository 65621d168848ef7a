/** Both versions of a call that was told twice under one number: the first counts, the second waits here. */
import { useQuery } from "@tanstack/react-query";
import { versionsQuery } from "../../api/queries";
import { useWords } from "../../i18n/language";

export function Versions({ id }: { id: number }) {
  const { t } = useWords();
  const { data } = useQuery(versionsQuery(id));
  if (!data?.length) return null;
  return (
    <>
      <p className="faint small">{t("quarantine.versions.hint")}</p>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("quarantine.field")}</th>
              <th scope="col">{t("quarantine.versions.first")}</th>
              <th scope="col">{t("quarantine.versions.again")}</th>
            </tr>
          </thead>
          <tbody>
            {data.toSorted((a, b) => Number(b.differs) - Number(a.differs)).map((line) => (
              <tr key={line.field}>
                <td className="mono">{line.field}</td>
                <td>{line.first || "–"}</td>
                <td>{line.differs ? <strong>{line.again || "–"}</strong> : line.again}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
