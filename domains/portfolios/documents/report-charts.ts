/** Charts of a report as SVG: lines of value and money paid in, and bars of the allocation. Vectors, so print stays sharp. */
import type { ReportNumbers } from './report-numbers.ts';

/** Tokens of the product's light theme; series colours hold apart for every kind of colour vision. */
export const COLOURS = {
  fg: '#161A15',
  muted: '#5A6257',
  line: '#DEE2DA',
  sunken: '#EFF1EC',
  accent: '#0B6B63',
  flower: '#C2246E',
  gain: '#0F7A38',
  loss: '#C0272D',
  series: ['#0B6B63', '#EA6E00', '#5640DD', '#B675A1', '#424F00', '#12213F', '#858D82'],
} as const;

export const LOGO =
  '<svg viewBox="0 0 32 32" width="32" height="32"><path d="M16 29V9.5M16 23H11a3 3 0 0 1-3-3v-3M16 18.5h5a3 3 0 0 0 3-3V11" fill="none" stroke="#0B6B63" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/><circle cx="16" cy="3.8" r="2.8" fill="#C2246E"/></svg>';

export interface ChartPoint {
  readonly date: string;
  readonly value: number | null;
  readonly invested: number | null;
}

const WIDTH = 515;
const HEIGHT = 190;
const LEFT = 44;
const BOTTOM = 20;
const TOP = 8;
const TICKS = 4;

/** Two lines over time; a gap stays a gap. Null without two points. */
export function lineChart(points: readonly ChartPoint[], numbers: ReportNumbers): string | null {
  const known = points.flatMap(({ value, invested }) => [value, invested].filter((figure) => figure !== null));
  if (points.filter(({ value }) => value !== null).length < 2) return null;
  const { low, high, step } = scaleOf(Math.min(...known), Math.max(...known));
  const x = (index: number): number => LEFT + (index / (points.length - 1)) * (WIDTH - LEFT - 4);
  const y = (figure: number): number => TOP + (1 - (figure - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const grid: string[] = [];
  for (let tick = low; tick <= high + step / 2; tick += step) {
    const at = y(tick).toFixed(1);
    grid.push(`<path d="M${LEFT} ${at}H${WIDTH - 4}" stroke="${COLOURS.line}" stroke-width="0.6" fill="none"/>`);
    grid.push(label(numbers.axis(tick), { x: LEFT - 5, y: y(tick) + 2.5, anchor: 'end' }));
  }
  const first = points[0]?.date ?? null;
  const last = points.at(-1)?.date ?? null;
  grid.push(label(numbers.day(first), { x: LEFT, y: HEIGHT - 6, anchor: 'start' }));
  grid.push(label(numbers.day(last), { x: WIDTH - 4, y: HEIGHT - 6, anchor: 'end' }));
  const path = (pick: (point: ChartPoint) => number | null): string => {
    let isDrawing = false;
    return points
      .map((point, index) => {
        const figure = pick(point);
        if (figure === null) {
          isDrawing = false;
          return '';
        }
        const verb = isDrawing ? 'L' : 'M';
        isDrawing = true;
        return `${verb}${x(index).toFixed(1)} ${y(figure).toFixed(1)}`;
      })
      .join('');
  };
  const invested = `<path d="${path((point) => point.invested)}" fill="none" stroke="${COLOURS.muted}" stroke-width="1" stroke-dasharray="3 2"/>`;
  const value = `<path d="${path((point) => point.value)}" fill="none" stroke="${COLOURS.accent}" stroke-width="1.6" stroke-linejoin="round"/>`;
  return `<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${grid.join('')}${invested}${value}</svg>`;
}

/** Round ticks that hold both ends. */
function scaleOf(low: number, high: number): { low: number; high: number; step: number } {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  return {
    low: Math.floor(low / step) * step,
    high: Math.max(Math.ceil(high / step), Math.floor(low / step) + 1) * step,
    step,
  };
}

function label(text: string, at: { x: number; y: number; anchor: 'start' | 'end' }): string {
  return `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" font-size="7" fill="${COLOURS.muted}" text-anchor="${at.anchor}" font-family="Roboto">${escaped(text)}</text>`;
}

/** One bar divided by weights; the table beside it says which is which. */
export function weightBar(weights: readonly number[]): string {
  let left = 0;
  const parts = weights.map((weight, index) => {
    const width = weight * WIDTH;
    const part = `<rect x="${left.toFixed(1)}" y="0" width="${Math.max(0, width - 0.8).toFixed(1)}" height="16" fill="${colourOf(index)}"/>`;
    left += width;
    return part;
  });
  return `<svg width="${WIDTH}" height="16" viewBox="0 0 ${WIDTH} 16">${parts.join('')}</svg>`;
}

export function colourOf(index: number): string {
  return COLOURS.series[Math.min(index, COLOURS.series.length - 1)] ?? COLOURS.muted;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
