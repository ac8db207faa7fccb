/** Sums series upwards: row i becomes the sum of rows 0..i. An unknown value adds nothing, and stays unknown where all are. */
export function stack(rows: (number | null)[][]): (number | null)[][] {
  const sums: (number | null)[][] = [];
  for (const row of rows) {
    const below = sums.at(-1);
    sums.push(row.map((value, index) => (value === null ? (below?.[index] ?? null) : value + (below?.[index] ?? 0))));
  }
  return sums;
}
