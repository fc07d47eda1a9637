/** The canvas of a line chart (uPlot), in a chunk of its own. Colours come from the tokens and are read again on a theme change. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { DAY_MS } from '#kernel';
import { formatDate } from '#web/i18n';
import { type AlignedSeries, axisText, type ChartFigure, type Marker } from './chart-series.ts';

export interface PlotProps {
  readonly data: AlignedSeries;
  readonly styles: readonly { readonly colour: string; readonly isDashed: boolean }[];
  readonly figure: ChartFigure;
  readonly heightPx: number;
  readonly hasArea: boolean;
  /** Index under the pointer or keyboard cursor, and its place in px from the chart's left. */
  readonly onCursor: (cursor: { readonly index: number; readonly leftPx: number } | null) => void;
  readonly cursorIndex: number | null;
  readonly markers: readonly Marker[];
}

const AXIS_FONT = '12px "Inter Variable", system-ui, sans-serif';

export function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const { data, styles, heightPx, figure, hasArea, markers, cursorIndex, onCursor } = props;
  const latestOnCursor = useRef(onCursor);
  useEffect(() => {
    latestOnCursor.current = onCursor;
  });
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const draw = () => {
      chart.current?.destroy();
      const options = plotOptions(element, { data, styles, heightPx, figure, hasArea, markers }, (cursor) =>
        latestOnCursor.current(cursor),
      );
      chart.current = new uPlot(options, [data.atMs, ...data.values] as uPlot.AlignedData, element);
    };
    draw();
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.current?.setSize({ width: element.clientWidth, height: heightPx });
    });
    resize.observe(element);
    const repaint = new MutationObserver(draw);
    repaint.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-gain', 'lang'] });
    const paper = matchMedia('print'); // Its colours are those of the light theme, whatever is on screen.
    paper.addEventListener('change', draw);
    void document.fonts.load(AXIS_FONT).then(() => chart.current?.redraw(false, true));
    return () => {
      resize.disconnect();
      repaint.disconnect();
      paper.removeEventListener('change', draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [data, styles, heightPx, figure, hasArea, markers]);
  useEffect(() => {
    const plot = chart.current;
    const atMs = cursorIndex === null ? undefined : data.atMs[cursorIndex];
    if (!plot || atMs === undefined || plot.cursor.idx === cursorIndex) return;
    plot.setCursor({ left: plot.valToPos(atMs, 'x'), top: plot.over.clientHeight / 2 });
  }, [cursorIndex, data]);
  return <div ref={host} className="w-full" style={{ height: heightPx }} />;
}

function plotOptions(
  element: HTMLElement,
  props: Omit<PlotProps, 'onCursor' | 'cursorIndex'>,
  onCursor: PlotProps['onCursor'],
): uPlot.Options {
  const token = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const { data, styles, figure, heightPx } = props;
  const spanMs = (data.atMs.at(-1) ?? 0) - (data.atMs[0] ?? 0);
  const axis = { stroke: token('--muted'), font: AXIS_FONT, ticks: { show: false } };
  return {
    width: Math.max(element.clientWidth, 120),
    height: heightPx,
    ms: 1,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 8, width: 2, fill: token('--surface') },
    },
    scales: { x: { time: true }, y: { range: (_plot, min, max) => paddedRange(min, max) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        gap: 8,
        space: 72,
        values: (_plot, ticks) => ticks.map((tick) => timeText(tick, spanMs)),
      },
      {
        ...axis,
        grid: { stroke: token('--line'), width: 1 },
        gap: 8,
        space: 44,
        size: (plot, labels) => axisWidth(plot, labels),
        values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => axisText(tick, step, figure)),
      },
    ],
    series: [{}, ...styles.map((style) => lineOptions(style, token, props.hasArea))],
    hooks: {
      draw: [(plot) => drawMarkers(plot, { markers: props.markers, ink: token('--fg'), ground: token('--surface') })],
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor;
          const isAway = idx === null || idx === undefined || left === undefined || left < 0;
          onCursor(isAway ? null : { index: idx, leftPx: left + plot.over.offsetLeft });
        },
      ],
    },
  };
}

function lineOptions(
  style: { readonly colour: string; readonly isDashed: boolean },
  token: (name: string) => string,
  hasArea: boolean,
): uPlot.Series {
  const colour = token(style.colour);
  return {
    stroke: colour,
    width: style.isDashed ? 1.5 : 2,
    points: { show: false },
    spanGaps: true,
    ...(style.isDashed ? { dash: [5, 4] } : {}),
    ...(hasArea && !style.isDashed ? { fill: `${colour}14` } : {}),
  };
}

const MARKER_PX = 5;

/** Small triangles on the time axis: full for money in, hollow for money out, so that neither needs a colour. */
function drawMarkers(
  plot: uPlot,
  { markers, ink, ground }: { readonly markers: readonly Marker[]; readonly ink: string; readonly ground: string },
): void {
  const { ctx, bbox } = plot;
  const half = MARKER_PX * (bbox.width / plot.over.clientWidth || 1);
  const foot = bbox.top + bbox.height - 1;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.lineWidth = half / 4;
  ctx.lineJoin = 'round';
  ctx.setLineDash([]);
  for (const { atMs, direction } of markers) {
    const x = plot.valToPos(atMs, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x - half, foot);
    ctx.lineTo(x + half, foot);
    ctx.lineTo(x, foot - 2 * half);
    ctx.closePath();
    ctx.fillStyle = direction === 'in' ? ink : ground;
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** A tenth of air above and below; a flat line still gets a scale around it. */
function paddedRange(min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  const air = (max - min) * 0.08 || Math.abs(max) * 0.02 || 1;
  return [min >= 0 && min - air < 0 ? 0 : min - air, max + air];
}

const measured = new Map<string, number>();

function axisWidth(plot: uPlot, labels: readonly string[] | null): number {
  const longest = (labels ?? []).reduce((left, right) => (right.length > left.length ? right : left), '');
  const known = measured.get(longest);
  if (known !== undefined) return known;
  plot.ctx.save();
  plot.ctx.font = AXIS_FONT;
  const widthPx = Math.ceil(plot.ctx.measureText(longest).width) + 12;
  plot.ctx.restore();
  measured.set(longest, widthPx);
  return widthPx;
}

function timeText(atMs: number, spanMs: number): string {
  if (spanMs <= 2 * DAY_MS) return formatDate(atMs, 'time').slice(0, 5);
  return formatDate(atMs, spanMs > 500 * DAY_MS ? 'month' : 'day-month');
}
