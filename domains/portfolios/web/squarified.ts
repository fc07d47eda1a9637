/**
 * A treemap's rectangles: areas in proportion to their weights, as square as can be.
 * Method: squarified treemaps (Bruls, Huizing and van Wijk, 2000): rows along the shorter side while the worst shape gets better.
 */

export interface Weighted {
  readonly id: string;
  /** Any positive number; others get no rectangle. */
  readonly weight: number;
}

export interface Tile {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Sized {
  readonly id: string;
  readonly area: number;
}

/** Fills the frame, largest weight first. Nothing overlaps, and no area is lost. */
export function squarify(items: readonly Weighted[], width: number, height: number): Tile[] {
  const shown = items.filter(({ weight }) => Number.isFinite(weight) && weight > 0);
  const total = shown.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 0 || width <= 0 || height <= 0) return [];
  const sized = shown
    .map(({ id, weight }): Sized => ({ id, area: (weight / total) * width * height }))
    .toSorted((left, right) => right.area - left.area);
  const tiles: Tile[] = [];
  let frame: Frame = { x: 0, y: 0, width, height };
  let next = 0;
  while (next < sized.length) {
    const side = Math.min(frame.width, frame.height);
    let count = 1;
    while (
      next + count < sized.length &&
      worstShape(sized.slice(next, next + count + 1), side) <= worstShape(sized.slice(next, next + count), side)
    )
      count += 1;
    const row = sized.slice(next, next + count);
    next += count;
    frame = placeRow(tiles, { row, frame, isLast: next === sized.length });
  }
  return tiles;
}

/** The ratio of the longest to the shortest side of the row's worst rectangle; 1 is a square. */
function worstShape(row: readonly Sized[], side: number): number {
  const sum = row.reduce((total, { area }) => total + area, 0);
  const thickness = sum / side;
  return Math.max(...row.map(({ area }) => Math.max((thickness * thickness) / area, area / (thickness * thickness))));
}

/** Lays a row along the shorter side and gives what is left of the frame. The last one takes it whole, rounding included. */
function placeRow(
  tiles: Tile[],
  { row, frame, isLast }: { readonly row: readonly Sized[]; readonly frame: Frame; readonly isLast: boolean },
): Frame {
  const { x, y, width, height } = frame;
  const sum = row.reduce((total, { area }) => total + area, 0);
  const isUpright = width >= height;
  const thickness = isLast ? (isUpright ? width : height) : sum / (isUpright ? height : width);
  let along = 0;
  for (const { id, area } of row) {
    const length = (area / sum) * (isUpright ? height : width);
    tiles.push(
      isUpright
        ? { id, x, y: y + along, width: thickness, height: length }
        : { id, x: x + along, y, width: length, height: thickness },
    );
    along += length;
  }
  return isUpright
    ? { x: x + thickness, y, width: width - thickness, height }
    : { x, y: y + thickness, width, height: height - thickness };
}
