/** The charts of visits and flow lines. */
import type { EChartsCoreOption } from "echarts/core";
import type { AttendanceDay, FlowLines } from "../../api/venues";
import { frame, safe, type Ink } from "../../parts/chart/ink";

/** Moves as a sankey of two columns: where people were, and where they went next. */
export function sankeyOption(flow: FlowLines, zones: Set<string>, most: number) {
  const moves = flow.transitions.filter((one) => zones.has(one.origin) && zones.has(one.target)).slice(0, most);
  if (!moves.length) return null;
  const names = new Map(moves.flatMap((one) => [[`< ${one.origin}`, one.origin_name], [`> ${one.target}`, one.target_name]]));
  return (ink: Ink): EChartsCoreOption => {
    const { text, tooltip } = frame(ink);
    return {
      tooltip: {
        ...tooltip,
        formatter: ({ data, value }: { data: { source?: string; target?: string; name?: string }; value: number }) =>
          data.source
            ? `${safe(names.get(data.source) ?? "")} → ${safe(names.get(data.target ?? "") ?? "")}<br><b>${value}</b>`
            : `${safe(names.get(data.name ?? "") ?? "")}<br><b>${value}</b>`,
      },
      series: [{
        type: "sankey", left: 8, right: 110, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 8, draggable: false,
        itemStyle: { color: ink.accent, borderWidth: 0 },
        lineStyle: { color: ink.accent, opacity: 0.22 },
        label: { ...text, color: ink.ink, width: 100, overflow: "truncate", formatter: ({ name }: { name: string }) => names.get(name) ?? name },
        data: [...names.keys()].map((name) => ({ name })),
        links: moves.map((one) => ({ source: `< ${one.origin}`, target: `> ${one.target}`, value: one.moves })),
      }],
    };
  };
}

/** Visits by day with their interval, and what the door counted. */
export function visitsOption(days: AttendanceDay[], words: {
  visits: string;
  counted: string;
  range: string;
  day: (iso: string) => string;
  number: (value: number) => string;
}) {
  return (ink: Ink): EChartsCoreOption => {
    const { axis, text, tooltip } = frame(ink);
    const band = { type: "line", stack: "range", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
    return {
      grid: { left: 8, right: 14, top: 30, bottom: 4, containLabel: true },
      legend: { top: 0, right: 0, textStyle: text, data: [words.visits, words.counted] },
      tooltip: {
        ...tooltip,
        trigger: "axis",
        formatter: ([point]: { dataIndex: number }[]) => {
          const one = days[point?.dataIndex ?? 0];
          if (!one) return "";
          const counted = one.counted === null ? "" : `<br>${safe(words.counted)}: <b>${safe(words.number(one.counted))}</b>`;
          return `${safe(words.day(one.date))}<br>${safe(words.visits)}: <b>${safe(words.number(one.visits))}</b> (${safe(words.number(one.low))}–${safe(words.number(one.high))})${counted}`;
        },
      },
      xAxis: { ...axis, type: "category", data: days.map((one) => words.day(one.date)) },
      yAxis: { ...axis, type: "value", min: 0, splitNumber: 3, axisLine: { show: false } },
      series: [
        { ...band, data: days.map((one) => one.low) },
        { ...band, data: days.map((one) => one.high - one.low), areaStyle: { color: ink.accent, opacity: 0.14 } },
        { name: words.visits, type: "line", data: days.map((one) => one.visits), symbolSize: 6, lineStyle: { color: ink.accent, width: 2 }, itemStyle: { color: ink.accent } },
        { name: words.counted, type: "scatter", symbol: "diamond", symbolSize: 11, data: days.map((one) => one.counted), itemStyle: { color: ink.amber } },
      ],
    };
  };
}
