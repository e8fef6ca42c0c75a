// The score table: sorted by any column, filtered by method; a row shows its image.

class ScoreTable {
  constructor(root, { chosen }) {
    this.body = root.querySelector("#rows");
    this.headings = [...root.querySelectorAll("thead th")];
    this.headings.forEach((heading, column) => {
      heading.querySelector("button").addEventListener("click", () => this.sort(column));
    });
    root.querySelector("#only").addEventListener("change", (event) => this.filter(root, event.target.value));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row?.dataset.item !== undefined) chosen(Number(row.dataset.item), row.dataset.method);
    });
  }

  // Worst first, then best first; names from A to Z. Missing scores come last.
  sort(column) {
    const heading = this.headings[column];
    const better = heading.dataset.better;
    const first = better === "higher" || better === undefined ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    this.headings.forEach((each) => each.setAttribute("aria-sort", each === heading ? order : "none"));
    const sign = order === "ascending" ? 1 : -1;
    const keyed = [...this.body.rows].map((row) => {
      const cell = row.cells[column];
      return { row, text: cell.textContent, value: cell.dataset.value };
    });
    keyed.sort((a, b) => {
      if (better === undefined) return sign * a.text.localeCompare(b.text, undefined, { numeric: true });
      if (a.value === "" || b.value === "") return (a.value === "") - (b.value === "");
      return a.value === b.value ? 0 : sign * (Number(a.value) < Number(b.value) ? -1 : 1);
    });
    this.body.append(...keyed.map(({ row }) => row));
  }

  filter(root, method) {
    for (const row of root.querySelectorAll("tbody tr")) {
      row.hidden = method !== "" && row.dataset.method !== method;
    }
  }

  mark(item, method) {
    for (const row of this.body.rows) {
      const current = row.dataset.item === String(item) && row.dataset.method === method;
      row.toggleAttribute("data-current", current);
      const button = row.querySelector("button");
      if (button && current) button.setAttribute("aria-current", "true");
      else button?.removeAttribute("aria-current");
    }
  }
}
