// The table of scores: sorted by any column, limited to a method, its rows lead to the images.

class ScoreTable {
  constructor(root, { chosen }) {
    this.body = root.querySelector("#rows");
    this.headings = [...root.querySelectorAll("thead th")];
    this.headings.forEach((heading, column) => {
      heading.querySelector("button").addEventListener("click", () => this.sort(column));
    });
    root.querySelector("#only").addEventListener("change", (event) => this.limit(root, event.target.value));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row?.dataset.exhibit !== undefined) chosen(Number(row.dataset.exhibit), row.dataset.method);
    });
  }

  // The worst first, then the other way round; names from A to Z. What has no score comes last.
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

  limit(root, method) {
    for (const row of root.querySelectorAll("tbody tr")) {
      row.hidden = method !== "" && row.dataset.method !== method;
    }
  }

  mark(exhibit, method) {
    for (const row of this.body.rows) {
      const current = row.dataset.exhibit === String(exhibit) && row.dataset.method === method;
      row.toggleAttribute("data-current", current);
      const button = row.querySelector("button");
      if (button && current) button.setAttribute("aria-current", "true");
      else button?.removeAttribute("aria-current");
    }
  }
}
