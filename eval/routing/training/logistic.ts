import type { Rows } from './rows.ts';
import { timesColumns, timesRows } from './rows.ts';

/** @property penalty  of the square of each weight, halved; the bias is free. */
export type LogisticOptions = { readonly penalty: number; readonly steps?: number; readonly inner?: number };

/** Logistic regression with targets from 0 to 1, by Newton's method: each step solved by conjugate gradients, without ever
 *  forming the Hessian. Deterministic.
 *  @returns a weight a column, and the bias. */
export function fitLogistic(
  rows: Rows,
  targets: ArrayLike<number>,
  { penalty, steps = 5, inner = 15 }: LogisticOptions,
): { readonly weights: Float64Array; readonly bias: number } {
  const weights = new Float64Array(rows.columns);
  let meanTarget = 0;
  for (let row = 0; row < rows.count; row += 1) meanTarget += (targets[row] ?? 0) / rows.count;
  let bias = Math.log(meanTarget / (1 - meanTarget));
  const errors = new Float64Array(rows.count);
  const curvature = new Float64Array(rows.count);
  for (let step = 0; step < steps; step += 1) {
    const scores = timesRows(rows, weights);
    let [errorSum, curvatureSum] = [0, 0];
    for (let row = 0; row < rows.count; row += 1) {
      const chance = 1 / (1 + Math.exp(-((scores[row] ?? 0) + bias)));
      errors[row] = (targets[row] ?? 0) - chance;
      curvature[row] = Math.max(1e-4, chance * (1 - chance));
      errorSum += errors[row] ?? 0;
      curvatureSum += curvature[row] ?? 0;
    }
    // The bias is eliminated from the system: it follows from the weights.
    const mean = timesColumns(rows, curvature);
    const wanted = timesColumns(rows, errors);
    for (let at = 0; at < wanted.length; at += 1) {
      wanted[at] = (wanted[at] ?? 0) - penalty * (weights[at] ?? 0) - ((mean[at] ?? 0) * errorSum) / curvatureSum;
    }
    const curved = (direction: Float64Array): Float64Array => {
      const along = timesRows(rows, direction);
      let sum = 0;
      for (let row = 0; row < along.length; row += 1) {
        along[row] = (along[row] ?? 0) * (curvature[row] ?? 0);
        sum += along[row] ?? 0;
      }
      const result = timesColumns(rows, along);
      for (let at = 0; at < result.length; at += 1) {
        result[at] = (result[at] ?? 0) + penalty * (direction[at] ?? 0) - ((mean[at] ?? 0) * sum) / curvatureSum;
      }
      return result;
    };
    const move = conjugateGradients(curved, wanted, inner);
    for (let at = 0; at < weights.length; at += 1) weights[at] = (weights[at] ?? 0) + (move[at] ?? 0);
    bias += (errorSum - dot(mean, move)) / curvatureSum;
  }
  return { weights, bias };
}

/** Solves `apply(x) = wanted` for a symmetric positive `apply`. */
function conjugateGradients(
  apply: (direction: Float64Array) => Float64Array,
  wanted: Float64Array,
  steps: number,
): Float64Array {
  const solution = new Float64Array(wanted.length);
  const rest = Float64Array.from(wanted);
  const direction = Float64Array.from(wanted);
  let square = dot(rest, rest);
  const enough = square * 1e-6;
  for (let step = 0; step < steps && square > enough && square > 1e-12; step += 1) {
    const applied = apply(direction);
    const far = square / dot(direction, applied);
    for (let at = 0; at < rest.length; at += 1) {
      solution[at] = (solution[at] ?? 0) + far * (direction[at] ?? 0);
      rest[at] = (rest[at] ?? 0) - far * (applied[at] ?? 0);
    }
    const next = dot(rest, rest);
    const share = next / square;
    square = next;
    for (let at = 0; at < rest.length; at += 1) direction[at] = (rest[at] ?? 0) + share * (direction[at] ?? 0);
  }
  return solution;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
