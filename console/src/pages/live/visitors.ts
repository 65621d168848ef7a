/** Visitors by hour with their interval, as ECharts options. */
import type { EChartsCoreOption } from "echarts/core";
import type { VisitorHour } from "../../api/types";
import { frame, safe, type Ink } from "../../parts/chart/ink";

export interface VisitorWords {
  estimate: string;
  interval: string;
  known: string;
  addresses: string;
  hour: (ms: number) => string;
  number: (value: number) => string;
}

/** The hours in which anything was heard, and those between them. */
export function heard(hours: VisitorHour[]): VisitorHour[] {
  const first = hours.findIndex(({ addresses }) => addresses > 0);
  const last = hours.findLastIndex(({ addresses }) => addresses > 0);
  return first < 0 ? [] : hours.slice(first, last + 1);
}

export function visitorsOption(hours: VisitorHour[], words: VisitorWords) {
  return (ink: Ink): EChartsCoreOption => {
    const { axis, text, tooltip } = frame(ink);
    const hidden = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
    return {
      grid: { left: 8, right: 12, top: 14, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltip,
        trigger: "axis",
        formatter: ([point]: { dataIndex: number }[]) => {
          const one = hours[point?.dataIndex ?? 0];
          if (!one) return "";
          const { number } = words;
          return [
            `<b>${safe(words.hour(one.start))}</b>`, `${words.estimate} <b>${number(one.devices)}</b>`,
            `${words.interval} ${number(one.low)} – ${number(one.high)}`, `${words.known} ${number(one.known)}`,
            `${words.addresses} ${number(one.addresses)}`,
          ].join("<br>");
        },
      },
      xAxis: { ...axis, type: "category", boundaryGap: hours.length < 2, data: hours.map(({ start }) => words.hour(start)) },
      yAxis: { ...axis, type: "value", minInterval: 1, splitNumber: 3, axisLine: { show: false }, axisLabel: { ...text, formatter: words.number } },
      series: [
        { ...hidden, data: hours.map(({ low }) => low) },
        { ...hidden, data: hours.map(({ low, high }) => high - low), areaStyle: { color: ink.accent, opacity: 0.18 } },
        {
          type: "line", data: hours.map(({ devices }) => devices), symbol: "circle", symbolSize: 7,
          lineStyle: { color: ink.accent, width: 2 }, itemStyle: { color: ink.accent },
        },
        {
          type: "line", data: hours.map(({ known }) => known), symbol: "none",
          lineStyle: { color: ink.slate, width: 1.5, type: "dashed" }, itemStyle: { color: ink.slate },
        },
      ],
    };
  };
}
