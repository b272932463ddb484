/** A sparse matrix by rows: the entries of row i stand from `starts[i]` up to `starts[i + 1]`. */
export type Rows = {
  readonly count: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indexes: Int32Array;
  readonly values: Float32Array;
};

type Row = { readonly indexes: readonly number[]; readonly values: readonly number[] };

export function rowsOf(rows: readonly Row[], columns: number): Rows {
  const starts = new Int32Array(rows.length + 1);
  for (const [at, row] of rows.entries()) starts[at + 1] = (starts[at] ?? 0) + row.indexes.length;
  const entries = starts[rows.length] ?? 0;
  const indexes = new Int32Array(entries);
  const values = new Float32Array(entries);
  for (const [at, row] of rows.entries()) {
    indexes.set(row.indexes, starts[at]);
    values.set(row.values, starts[at]);
  }
  return { count: rows.length, columns, starts, indexes, values };
}

/** @returns for each row the sum of its entries, each times the weight of its column. */
export function timesRows({ count, starts, indexes, values }: Rows, weights: Float64Array): Float64Array {
  const sums = new Float64Array(count);
  for (let row = 0; row < count; row += 1) {
    let sum = 0;
    const end = starts[row + 1] ?? 0;
    for (let at = starts[row] ?? 0; at < end; at += 1) sum += (values[at] ?? 0) * (weights[indexes[at] ?? 0] ?? 0);
    sums[row] = sum;
  }
  return sums;
}

/** @returns for each column the sum of its entries, each times the weight of its row. */
export function timesColumns({ count, columns, starts, indexes, values }: Rows, weights: Float64Array): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < count; row += 1) {
    const weight = weights[row] ?? 0;
    const end = starts[row + 1] ?? 0;
    for (let at = starts[row] ?? 0; at < end; at += 1) {
      const column = indexes[at] ?? 0;
      sums[column] = (sums[column] ?? 0) + (values[at] ?? 0) * weight;
    }
  }
  return sums;
}
