/** An ECharts canvas that follows its box, the theme and its options; loaded only when a page shows a chart. */
import { BarChart, GraphChart, HeatmapChart, LineChart, SankeyChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useShade } from "../../app/theme";
import { readInk, type Ink } from "./ink";

use([BarChart, GraphChart, HeatmapChart, LineChart, SankeyChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

export interface ChartProps {
  label: string;
  height: number;
  option: (ink: Ink) => EChartsCoreOption;
  /** Somebody pressed the thing of this id; charts of figures have none. */
  onPick?: (id: string) => void;
}

export default function Chart({ label, height, option, onPick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init>>(null);
  const shade = useShade();
  const picked = useRef(onPick);
  picked.current = onPick;

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current);
    chart.current = made;
    made.on("click", { dataType: "node" }, ({ data }) => picked.current?.(String((data as { id?: string }).id ?? "")));
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option(readInk()) }, { notMerge: true });
  }, [option, shade, height]);

  return <div ref={box} className="chart" style={{ height }} role="img" aria-label={label} />;
}
