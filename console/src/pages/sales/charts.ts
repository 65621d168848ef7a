/** The sales charts as ECharts options. */
import type { EChartsCoreOption } from "echarts/core";
import type { SalesRow } from "../../api/types";
import { frame, safe, type Ink } from "../../parts/chart/ink";

interface Point {
  name: string;
  value: [number, number, number];
}

/** The heat map's products in the order of the ranking, and the hours from the first sale to the last. */
export function heatAxes(rows: SalesRow[], ranking: SalesRow[]) {
  const hours = rows.map((row) => row.hour ?? 0);
  const first = Math.min(...hours);
  const last = Math.max(...hours);
  return {
    skus: ranking.flatMap(({ sku }) => (sku ? [sku] : [])),
    hours: Array.from({ length: last - first + 1 }, (_, index) => first + index),
  };
}

export function heatOption(rows: SalesRow[], axes: { skus: string[]; hours: number[] }, words: {
  value: (row: SalesRow) => number;
  show: (value: number) => string;
  hour: (hour: number) => string;
  narrow: boolean;
}) {
  const names = new Map(rows.map((row) => [row.sku ?? "", row.sku_name || row.sku || "–"]));
  const points: Point[] = [];
  let most = 0;
  for (const row of rows) {
    const [x, y] = [axes.hours.indexOf(row.hour ?? 0), axes.skus.indexOf(row.sku ?? "")];
    if (x < 0 || y < 0) continue;
    const value = words.value(row);
    most = Math.max(most, value);
    points.push({ name: names.get(row.sku ?? "") ?? "", value: [x, y, value] });
  }
  return (ink: Ink): EChartsCoreOption => {
    const { axis, text, tooltip } = frame(ink);
    return {
      grid: { left: words.narrow ? 96 : 168, right: 8, top: 4, bottom: 24 },
      tooltip: {
        ...tooltip,
        formatter: ({ data }: { data: Point }) =>
          `${safe(data.name)}<br>${words.hour(axes.hours[data.value[0]] ?? 0)}:00 &nbsp; <b>${safe(words.show(data.value[2]))}</b>`,
      },
      xAxis: { ...axis, type: "category", data: axes.hours.map(words.hour), splitLine: { show: false }, axisLine: { show: false } },
      yAxis: {
        ...axis,
        type: "category",
        inverse: true,
        data: axes.skus.map((sku) => names.get(sku) ?? sku),
        axisLine: { show: false },
        axisLabel: { ...text, width: words.narrow ? 84 : 156, overflow: "truncate" },
      },
      visualMap: { show: false, min: 0, max: most || 1, dimension: 2, inRange: { color: [ink.heatLow, ink.heatHigh] } },
      series: [{ type: "heatmap", data: points, itemStyle: { borderColor: ink.surface, borderWidth: 2, borderRadius: 3 } }],
    };
  };
}

export function trendOption(days: { day: string; value: number }[], words: {
  day: (iso: string) => string;
  dayShort: (iso: string) => string;
  show: (value: number) => string;
  short: (value: number) => string;
}) {
  return (ink: Ink): EChartsCoreOption => {
    const { axis, text, tooltip } = frame(ink);
    return {
      grid: { left: 8, right: 14, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltip,
        trigger: "axis",
        formatter: ([point]: { dataIndex: number }[]) => {
          const day = days[point?.dataIndex ?? 0];
          return day ? `${safe(words.day(day.day))}<br><b>${safe(words.show(day.value))}</b>` : "";
        },
      },
      xAxis: { ...axis, type: "category", data: days.map(({ day }) => words.dayShort(day)), boundaryGap: days.length < 3 },
      yAxis: { ...axis, type: "value", splitNumber: 3, axisLabel: { ...text, formatter: words.short }, axisLine: { show: false } },
      series: [
        {
          type: days.length < 3 ? "bar" : "line",
          barMaxWidth: 48,
          data: days.map(({ value }) => value),
          symbol: "circle",
          symbolSize: days.length > 45 ? 0 : 5,
          lineStyle: { color: ink.accent, width: 2 },
          itemStyle: { color: ink.accent },
          areaStyle: { color: ink.accent, opacity: 0.08 },
        },
      ],
    };
  };
}
