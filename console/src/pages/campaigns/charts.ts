/** The campaign charts as ECharts options. */
import type { EChartsCoreOption } from "echarts/core";
import type { CampaignDay } from "../../api/types";
import type { Format } from "../../format";
import { verdictOf, type Bounds } from "../../parts/verdict";
import { frame, safe, type Ink } from "../../parts/chart/ink";

/** The interval as a thick line, the estimate as a point on it, zero as a dashed line. */
export function effectOption(effect: Bounds & { significant: boolean }, format: Format) {
  const low = Math.min(0, effect.low);
  const high = Math.max(0, effect.high);
  const room = (high - low || 100) * 0.12;
  return (ink: Ink): EChartsCoreOption => {
    const { axis, text } = frame(ink);
    const verdict = verdictOf(effect);
    const colour = verdict === "up" ? ink.accent : verdict === "down" ? ink.seal : ink.slate;
    const label = (value: number) => ({
      value: [value, 0],
      label: { show: true, position: "top", distance: 10, formatter: format.moneySigned(value), color: ink.ink, fontSize: 12, fontFamily: ink.font },
    });
    return {
      grid: { left: 24, right: 24, top: 30, bottom: 26 },
      xAxis: {
        ...axis,
        type: "value",
        min: low - room,
        max: high + room,
        splitNumber: 4,
        axisLabel: { ...text, formatter: (value: number) => format.moneyShort(value), showMinLabel: false, showMaxLabel: false, hideOverlap: true },
      },
      yAxis: { type: "value", min: -1, max: 1, show: false },
      series: [
        { type: "line", data: [[0, -1], [0, 1]], symbol: "none", lineStyle: { color: ink.faint, type: "dashed", width: 1.5 }, silent: true },
        {
          type: "line",
          data: [[effect.low, 0], [effect.high, 0]],
          symbol: "rect",
          symbolSize: [3, 22],
          lineStyle: { color: colour, width: 10, opacity: 0.35, cap: "butt" },
          itemStyle: { color: colour },
          silent: true,
        },
        { type: "line", data: [label(effect.lift)], symbol: "circle", symbolSize: 15, itemStyle: { color: colour, borderColor: ink.surface, borderWidth: 2 }, silent: true },
      ],
    };
  };
}

export function daysOption(days: CampaignDay[], words: { sent: string; redeemed: string; day: (iso: string) => string; short: (iso: string) => string }) {
  return (ink: Ink): EChartsCoreOption => {
    const { axis, text, tooltip } = frame(ink);
    return {
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: text },
      tooltip: {
        ...tooltip,
        trigger: "axis",
        formatter: ([point]: { dataIndex: number }[]) => {
          const day = days[point?.dataIndex ?? 0];
          return day
            ? `${safe(words.day(day.date))}<br>${words.sent} <b>${day.sent}</b><br>${words.redeemed} <b>${day.redeemed}</b>`
            : "";
        },
      },
      xAxis: { ...axis, type: "category", data: days.map(({ date }) => words.short(date)) },
      yAxis: { ...axis, type: "value", minInterval: 1, splitNumber: 3, axisLine: { show: false } },
      series: [
        { type: "bar", name: words.sent, data: days.map(({ sent }) => sent), itemStyle: { color: ink.slate, borderRadius: [3, 3, 0, 0] }, barMaxWidth: 28 },
        { type: "bar", name: words.redeemed, data: days.map(({ redeemed }) => redeemed), itemStyle: { color: ink.accent, borderRadius: [3, 3, 0, 0] }, barMaxWidth: 28 },
      ],
    };
  };
}
