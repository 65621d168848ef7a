/** The evidence that holds a member together, drawn; and the path between any two identifiers, in words. */
import { useQuery } from "@tanstack/react-query";
import type { EChartsCoreOption } from "echarts/core";
import { useCallback, useMemo, useState } from "react";
import { ApiError } from "../../../api/client";
import { pathQuery } from "../../../api/identityQueries";
import type { Evidence, Why, WhyIdentifier } from "../../../api/types";
import { useFormat } from "../../../app/session";
import { useWords } from "../../../i18n/language";
import { Badge } from "../../../parts/badges";
import { frame, safe, type Ink } from "../../../parts/chart/ink";
import { LazyChart } from "../../../parts/chart/LazyChart";
import { Answer, Notice } from "../../../parts/Notice";
import { Card } from "../../../parts/Page";
import { drawn, walk } from "./path";

const DRAWN_MOST = 80;

export function useNames(identifiers: WhyIdentifier[]): (key: string) => string {
  const { t, w } = useWords();
  return useMemo(() => {
    const names = new Map(identifiers.map(({ key, ns, value }) => [key, `${w(ns)} ${value}`]));
    return (key: string) => names.get(key) ?? t("why.elsewhere");
  }, [identifiers, t, w]);
}

export function EvidenceBadge({ edge }: { edge: Evidence }) {
  const { t } = useWords();
  const { percent } = useFormat();
  const tone = edge.kind === "deterministic" ? "good" : edge.kind === "probabilistic" || edge.kind === "anchor" ? "warn" : undefined;
  const sure = tone === "warn" ? ` ${percent(edge.confidence, 2)}` : "";
  return <Badge tone={tone}>{t(`evidence.${edge.kind}`) + sure}</Badge>;
}

/** The path from one identifier to another, a line for each piece of evidence. */
function Path({ id, from, to, name }: { id: string; from: string; to: string; name: (key: string) => string }) {
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(pathQuery(id, from, to));
  const none = <Notice tight title={t("why.path.none")} text={t("why.path.none.hint")} />;
  if (!from || !to || from === to) return <p className="hint">{t("why.path.choose")}</p>;
  if (query.error instanceof ApiError && query.error.status === 404) return none;
  return (
    <Answer query={query} lines={2}>
      {({ edges }) =>
        edges.length === 0 ? none : (
          <ol className="path" aria-label={t("why.path")}>
            <li className="path-stop">{name(from)}</li>
            {walk(edges, from).map((hop) => (
              <li key={hop.edge.id}>
                <p className="path-why">
                  <EvidenceBadge edge={hop.edge} /> {format.dateTime(hop.edge.at)}
                  <small className="faint cause">{t("member.history.cause", { cause: hop.edge.cause })}</small>
                </p>
                <span className="path-stop">{name(hop.to)}</span>
              </li>
            ))}
          </ol>
        )
      }
    </Answer>
  );
}

interface Drawing {
  identifiers: WhyIdentifier[];
  edges: Evidence[];
  chosen: string[];
  onPath: Set<number>;
  word: (code: string) => string;
  percent: (share: number) => string;
}

function option({ identifiers, edges, chosen, onPath, word, percent }: Drawing, ink: Ink): EChartsCoreOption {
  const { text, tooltip } = frame(ink);
  return {
    tooltip: { ...tooltip, trigger: "item" },
    series: [
      {
        type: "graph",
        layout: "force",
        force: { initLayout: "circular", repulsion: 700, edgeLength: [110, 190], gravity: 0.12, layoutAnimation: false },
        left: 64, right: 64, top: 24, bottom: 40,
        roam: false,
        draggable: true,
        label: { ...text, show: true, position: "bottom", color: ink.soft, lineHeight: 15 },
        emphasis: { focus: "adjacency", label: { color: ink.ink } },
        data: identifiers.map(({ key, ns, value, shared, verified }) => ({
          id: key,
          name: `${word(ns)}\n${value}`,
          symbolSize: chosen.includes(key) ? 26 : 18,
          tooltip: { formatter: safe(`${word(ns)} ${value}`) },
          itemStyle: {
            color: shared ? ink.seal : verified ? ink.accent : ink.slate,
            borderColor: chosen.includes(key) ? ink.amber : ink.surface,
            borderWidth: chosen.includes(key) ? 4 : 2,
          },
        })),
        links: edges.map((edge) => ({
          source: edge.a,
          target: edge.b,
          tooltip: { formatter: safe(`${word(edge.kind)} ${percent(edge.confidence)}`) },
          lineStyle: {
            color: onPath.has(edge.id) ? ink.amber : edge.active ? ink.slate : ink.line,
            width: onPath.has(edge.id) ? 4 : edge.active ? 1.6 : 1,
            type: edge.active && edge.kind === "deterministic" ? "solid" : "dashed",
            opacity: edge.active ? 0.9 : 0.6,
          },
        })),
      },
    ],
  };
}

function Chooser({ label, value, identifiers, name, onChoose }: {
  label: string;
  value: string;
  identifiers: WhyIdentifier[];
  name: (key: string) => string;
  onChoose: (key: string) => void;
}) {
  const { t } = useWords();
  return (
    <label className="field grow">
      {label}
      <select className="input" value={value} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{t("why.path.any")}</option>
        {identifiers.map(({ key }) => (
          <option key={key} value={key}>
            {name(key)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function EvidenceGraph({ why, id }: { why: Why; id: string }) {
  const { t, w, maybe } = useWords();
  const { percent } = useFormat();
  const [[from, to], choose] = useState<[string, string]>(["", ""]);
  const name = useNames(why.identifiers);
  const path = useQuery(pathQuery(id, from, to));
  const found = from && to ? path.data?.edges : undefined;
  const many = why.identifiers.length > DRAWN_MOST;
  const edges = useMemo(
    () => drawn(why.evidence, new Set(why.identifiers.map(({ key }) => key))),
    [why.evidence, why.identifiers],
  );
  const draw = useCallback(
    (ink: Ink) =>
      option({
        identifiers: why.identifiers, edges, chosen: [from, to], onPath: new Set(found?.map((edge) => edge.id)),
        word: (code) => maybe(`evidence.${code}`, w(code)), percent,
      }, ink),
    [why.identifiers, edges, from, to, found, w, maybe, percent],
  );
  const pick = (key: string) => choose(([a, b]) => (!a || (a && b) ? [key, ""] : a === key ? ["", ""] : [a, key]));
  return (
    <Card title={t("why.graph")} hint={t("why.graph.hint")}>
      {why.identifiers.length < 2 ? (
        <Notice tight title={t("why.graph.single")} text={t("why.graph.single.hint")} />
      ) : (
        <>
          {many ? (
            <p className="hint">{t("why.graph.many", { count: why.identifiers.length })}</p>
          ) : (
            <>
              <LazyChart label={t("why.graph.label", { nodes: why.identifiers.length, edges: edges.length })} height={why.identifiers.length < 4 ? 240 : 340}
                option={draw} onPick={pick} />
              <p className="legend">
                <span><i className="dot good" /> {t("why.verified")}</span>
                <span><i className="dot" /> {t("why.unverified")}</span>
                <span><i className="stroke" /> {t("evidence.deterministic")}</span>
                <span><i className="stroke dashed" /> {t("why.graph.dashed")}</span>
              </p>
            </>
          )}
          <div className="row path-choice">
            <Chooser label={t("why.path.from")} value={from} identifiers={why.identifiers} name={name}
              onChoose={(key) => choose([key, to])} />
            <Chooser label={t("why.path.to")} value={to} identifiers={why.identifiers} name={name}
              onChoose={(key) => choose([from, key])} />
          </div>
          <Path id={id} from={from} to={to} name={name} />
        </>
      )}
    </Card>
  );
}
