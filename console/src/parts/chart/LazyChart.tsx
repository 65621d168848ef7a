/** The chart's place is kept while the chart library loads, so that nothing moves. */
import { lazy, Suspense } from "react";
import type { ChartProps } from "./Chart";

const Chart = lazy(() => import("./Chart"));

export function LazyChart(props: ChartProps) {
  return (
    <Suspense fallback={<div style={{ height: props.height }} aria-hidden="true" />}>
      <Chart {...props} />
    </Suspense>
  );
}
