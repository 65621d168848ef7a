/** What would this change do? The links are worked out anew under another policy, and nothing is written. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "../../api/client";
import type { Policy, PolicyDiff, PolicyRow, PolicyTrial } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { MemberLink } from "../../parts/badges";
import { Failure, Notice } from "../../parts/Notice";
import { Card, Figures } from "../../parts/Page";
import { changed, type Changes } from "./changes";

const MERGES = ["yes", "attach", "never"] as const;

function Diff({ diff }: { diff: PolicyDiff }) {
  const { t } = useWords();
  const format = useFormat();
  const same = diff.merged_total === 0 && diff.split_total === 0;
  return (
    <div className="stack" role="status">
      <Figures items={[
        { name: t("dryrun.members"), value: format.number(diff.after), note: t("dryrun.now", { count: format.number(diff.before) }) },
        { name: t("dryrun.merged"), value: format.number(diff.merged_total) },
        { name: t("dryrun.split"), value: format.number(diff.split_total) },
        { name: t("dryrun.unchanged"), value: format.number(diff.unchanged) },
      ]} />
      {same ? (
        <Notice tight title={t("dryrun.same")} text={t("dryrun.same.hint")} />
      ) : (
        <div className="scroller report">
          <ul className="facts">
            {diff.merged.map(({ ids, members }) => (
              <li key={`m${ids.join(" ")}`}>
                <span className="row tight">
                  {ids.map((id, index) => (
                    <MemberLink key={id} member={id} label={members[index]} />
                  ))}
                </span>
                <span className="faint">{t("dryrun.becomeone")}</span>
              </li>
            ))}
            {diff.split.map(({ id, member, parts }) => (
              <li key={`s${id}`}>
                <MemberLink member={id} label={member} />
                <span className="faint">{t("dryrun.becomes", { parts })}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className="hint">{t("dryrun.basis", { events: format.number(diff.events), seconds: format.number(diff.ms / 1000, 1) })}</p>
    </div>
  );
}

function Fields({ row, changes, onChange }: { row: PolicyRow; changes: Changes; onChange: (changes: Changes) => void }) {
  const { t } = useWords();
  const set = (name: keyof Changes, value: Changes[keyof Changes]) => onChange({ ...changes, [name]: value });
  const number = (name: "limit" | "persons" | "priority", min: number) => (
    <label className="field">
      {t(`policy.${name}`)}
      <input className="input" type="number" min={min} max={10_000} value={changes[name] ?? row[name]}
        onChange={(event) => set(name, event.target.value === "" ? undefined : Number(event.target.value))} />
    </label>
  );
  const period = (name: "window" | "ttl") => (
    <label className="field">
      {t(`policy.${name}`)}
      <input className="input" value={changes[name] ?? row[name]} placeholder={t("policy.ttl.ever")} pattern="([1-9][0-9]*[smhdw])?"
        title={t("dryrun.period")} onChange={(event) => set(name, event.target.value.trim())} />
    </label>
  );
  return (
    <div className="dryrun-fields">
      <label className="field">
        {t("policy.merges")}
        <select className="input" value={changes.merges ?? row.merges}
          onChange={(event) => set("merges", event.target.value as PolicyRow["merges"])}>
          {MERGES.map((name) => (
            <option key={name} value={name}>
              {t(`policy.merges.${name}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        {t("policy.verified")}
        <select className="input" value={(changes.verified ?? row.verified) ? "yes" : "no"}
          onChange={(event) => set("verified", event.target.value === "yes")}>
          <option value="yes">{t("policy.verified.only")}</option>
          <option value="no">{t("policy.verified.any")}</option>
        </select>
      </label>
      {number("priority", 1)}
      {number("limit", 0)}
      {period("window")}
      {period("ttl")}
      {number("persons", 1)}
    </div>
  );
}

const ASK_AGAIN_MS = 500;

/** Start a trial and wait for its end; null when it was stopped. */
async function tried(namespaces: Record<string, Changes>, tell: (progress: number) => void, began: (id: string) => void,
  tooLong: string): Promise<PolicyDiff | null> {
  tell(0);
  const { id } = await post<{ id: string }>("/api/identity/dry-run", { namespaces });
  began(id);
  for (;;) {
    const trial = await get<PolicyTrial>(`/api/identity/dry-run/${encodeURIComponent(id)}`);
    if (trial.diff) return trial.diff;
    if (trial.state === "stopped" && !trial.error) return null;
    if (trial.state === "stopped") throw new Error(tooLong);
    if (trial.state === "failed") throw new Error(trial.error);
    tell(trial.progress);
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
  }
}

export function DryRun({ policy }: { policy: Policy }) {
  const { t, w } = useWords();
  const [name, setName] = useState(policy.namespaces.find((row) => row.name === "phone")?.name ?? policy.namespaces[0]?.name ?? "");
  const [changes, setChanges] = useState<Record<string, Changes>>({});
  const row = policy.namespaces.find((one) => one.name === name);
  const wanted = changed(policy.namespaces, changes);
  const [progress, setProgress] = useState(0);
  const [trial, setTrial] = useState("");
  const run = useMutation({ mutationFn: () => tried(wanted, setProgress, setTrial, t("dryrun.toolong")) });
  const stop = useMutation({ mutationFn: () => post(`/api/identity/dry-run/${encodeURIComponent(trial)}/stop`) });
  const said = Object.entries(wanted).map(([ns, fields]) =>
    `${w(ns)}: ${Object.keys(fields).map((field) => t(`policy.${field as keyof Changes}`)).join(", ")}`);
  return (
    <Card title={t("dryrun.title")} hint={t("dryrun.hint")}>
      <form className="stack" onSubmit={(event) => {
        event.preventDefault();
        run.mutate();
      }}>
        <label className="field">
          {t("policy.namespace")}
          <select className="input" value={name} onChange={(event) => setName(event.target.value)}>
            {policy.namespaces.map((one) => (
              <option key={one.name} value={one.name}>
                {w(one.name)}
              </option>
            ))}
          </select>
        </label>
        {row && (
          <Fields key={name} row={row} changes={changes[name] ?? {}}
            onChange={(next) => {
              setChanges({ ...changes, [name]: next });
              run.reset();
            }} />
        )}
        <div className="row">
          <button type="submit" className="button primary" disabled={!said.length || run.isPending}>
            {t(run.isPending ? "dryrun.busy" : "dryrun.run")}
          </button>
          {run.isPending && (
            <button type="button" className="button" disabled={!trial || stop.isPending} onClick={() => stop.mutate()}>
              {t("dryrun.stop")}
            </button>
          )}
          <button type="button" className="button" disabled={!said.length} onClick={() => {
            setChanges({});
            run.reset();
          }}>
            {t("dryrun.clear")}
          </button>
          <span className="small faint">{said.length ? said.join("; ") : t("dryrun.nothing")}</span>
        </div>
      </form>
      {run.isPending && (
        <div className="split trial" role="progressbar" aria-label={t("dryrun.busy")} aria-valuemin={0} aria-valuemax={100}
          aria-valuenow={Math.round(progress * 100)}>
          <i style={{ width: `${Math.max(2, progress * 100)}%`, background: "var(--accent)" }} />
        </div>
      )}
      {run.error && <Failure error={run.error} retry={() => run.mutate()} />}
      {run.data && <Diff diff={run.data} />}
    </Card>
  );
}
