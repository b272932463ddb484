/** Rows of a CSV text after RFC 4180: quoted fields may hold commas, quotes written twice, and line ends.
 *  @returns each row by the names of the first line. */
export function readCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [names = [], ...rows] = fieldsOf(text);
  return rows
    .filter((row) => row.length === names.length)
    .map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
}

function fieldsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
      field = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
      field = text.slice(at, end).replace(/\r$/u, '');
      at = end;
    }
    row.push(field);
    if (text[at] === '\r') at += 1;
    if (text[at] !== ',') {
      rows.push(row);
      row = [];
    }
    at += 1;
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}
