/** A straight line through samples that lose weight as they age: least squares over decayed sums.
 *  @property at  ms since the epoch; the sums are as of then. */
export type Line = {
  readonly weight: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly at: number;
};

export const NO_LINE: Line = { weight: 0, x: 0, y: 0, xx: 0, xy: 0, at: 0 };

/** @param share  of a whole sample that this one counts, 0 to 1. */
export function through(line: Line, x: number, y: number, at: number, halfLifeMs: number, share = 1): Line {
  const kept = line.weight === 0 ? 0 : 2 ** (-Math.max(0, at - line.at) / halfLifeMs);
  return {
    weight: line.weight * kept + share,
    x: line.x * kept + x * share,
    y: line.y * kept + y * share,
    xx: line.xx * kept + x * x * share,
    xy: line.xy * kept + x * y * share,
    at: Math.max(at, line.at),
  };
}

/** @returns the line's value at `x`, for quantities that never fall as `x` grows and never are negative; with too few
 *           samples, or all alike, their mean. NaN without samples. */
export function valueAt({ weight, x: sumX, y: sumY, xx, xy }: Line, x: number): number {
  if (weight === 0) return Number.NaN;
  const meanX = sumX / weight;
  const meanY = sumY / weight;
  const spread = xx - sumX * meanX;
  // A spread of a tenth of the mean, over a sample or so, says nothing of a slope.
  const doubt = meanX * meanX * DOUBT;
  const slope = Math.max(0, (xy - sumX * meanY) / (spread + doubt));
  const steepest = meanX > 0 ? meanY / meanX : 0;
  return Math.max(0, meanY + Math.min(slope, steepest) * (x - meanX));
}

const DOUBT = 0.1;
