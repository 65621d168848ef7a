/** The period and the store that all of the page's figures are about. */
import { useQuery } from "@tanstack/react-query";
import { salesQuery } from "../../api/queries";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { Choice } from "../../parts/Page";

export interface Filters {
  from: string;
  to: string;
  store: string;
}

export type Measure = "amount" | "quantity" | "receipts";

const RANGES = { today: 1, week: 7, month: 30, quarter: 90 } as const;
type Range = keyof typeof RANGES;

export function FilterBar({ filters, today, onChange }: {
  filters: Filters;
  today: string;
  onChange: (filters: Filters) => void;
}) {
  const { t } = useWords();
  const stores = useQuery(salesQuery({ by: "store", from: addDays(today, -365), to: today }));
  const named = (Object.keys(RANGES) as Range[]).find(
    (name) => filters.to === today && filters.from === addDays(today, 1 - RANGES[name]),
  );
  return (
    <div className="row filter-row">
      <Choice<Range | ""> label={t("campaigns.period")} value={named ?? ""}
        options={(Object.keys(RANGES) as Range[]).map((name) => ({ value: name, text: t(`sales.range.${name}`) }))}
        onChange={(name) => name && onChange({ ...filters, from: addDays(today, 1 - RANGES[name]), to: today })} />
      <label className="field">
        <span className="sr-only">{t("sales.from")}</span>
        <input className="input" type="date" value={filters.from} max={today} aria-label={t("sales.from")}
          onChange={(event) => event.target.value && onChange({ ...filters, from: event.target.value })} />
      </label>
      <span aria-hidden="true" className="faint">–</span>
      <label className="field">
        <span className="sr-only">{t("sales.to")}</span>
        <input className="input" type="date" value={filters.to} max={today} aria-label={t("sales.to")}
          onChange={(event) => event.target.value && onChange({ ...filters, to: event.target.value })} />
      </label>
      <select className="input" value={filters.store} aria-label={t("sales.store")}
        onChange={(event) => onChange({ ...filters, store: event.target.value })}>
        <option value="">{t("sales.allstores")}</option>
        {stores.data?.rows.map(({ store, store_name: name }) => (
          <option key={store} value={store}>
            {name || store || "–"}
          </option>
        ))}
      </select>
    </div>
  );
}
