import type { Child } from 'hono/jsx';

/**
 * A table that becomes a card per row on a narrow screen. The roles stand explicitly because browsers drop a table's
 * meaning once style turns it into blocks. The first column names its row.
 * @param rows one array of cells per row, in the order of `columns`
 */
export function Table({ caption, columns, rows }: { caption: string; columns: string[]; rows: Child[][] }) {
  return (
    <table class="table" role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th scope="col" role="columnheader">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(([first, ...rest]) => (
          <tr role="row">
            <th scope="row" role="rowheader" data-label={columns[0]}>
              {first}
            </th>
            {rest.map((cell, index) => (
              <td role="cell" data-label={columns[index + 1]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
