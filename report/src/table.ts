// Tables of any length: sortable, and in pages, so that 100,000 rows cost no more than 25.
import { button, element, type Child } from "./dom";
import { count } from "./format";

export interface Column {
  name: string;
  /** Right-aligned figures. */
  numeric?: boolean;
  /** Never broken into lines. */
  nowrap?: boolean;
  /** The cell of a row. */
  cell: (row: number) => Child;
  /** What to sort by; without it the column cannot be sorted. */
  key?: (row: number) => number | string | null;
}

export interface TableOptions {
  caption: string;
  columns: Column[];
  /** Rows 0 to rows - 1. */
  rows: number;
  pageSize?: number;
  /** What to say where there is no row. */
  empty?: string;
  /** The caption is for screen readers only, where a headline says the same. */
  hideCaption?: boolean;
}

export class DataTable {
  readonly root = element("div", { class: "data-table" });
  #options: TableOptions;
  #order: Uint32Array;
  #sorted: { column: number; descending: boolean } | null = null;
  #page = 0;
  #body = element("tbody");
  #status = element("p", { class: "table-status", role: "status" });
  #previous = button("Previous", () => this.#turn(-1));
  #next = button("Next", () => this.#turn(1));
  #pager = element("div", { class: "pager" }, this.#previous, this.#next, this.#status);
  #heads: HTMLTableCellElement[] = [];

  constructor(options: TableOptions) {
    this.#options = options;
    this.#order = Uint32Array.from({ length: options.rows }, (_, row) => row);
    const head = element("tr");
    options.columns.forEach((column, place) => {
      const cell = element("th", { scope: "col", class: column.numeric ? "numeric" : null });
      if (column.key && options.rows > 1) cell.append(button(column.name, () => this.#sort(place), { class: "sort" }));
      else cell.append(column.name);
      this.#heads.push(cell);
      head.append(cell);
    });
    const caption = element("caption", { class: options.hideCaption ? "visually-hidden" : null }, options.caption);
    const table = element("table", {}, caption, element("thead", {}, head), this.#body);
    const scroller = element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": options.caption }, table);
    this.root.append(scroller, this.#pager);
    this.#draw();
  }

  get #pageSize(): number {
    return this.#options.pageSize ?? 25;
  }

  /** Shows only these rows, in their order; a chosen sorting stays. */
  show(rows: Uint32Array): void {
    this.#order = rows;
    this.#page = 0;
    this.#reorder();
    this.#draw();
  }

  #turn(by: number): void {
    this.#page += by;
    this.#draw();
  }

  #sort(column: number): void {
    const same = this.#sorted?.column === column;
    this.#sorted = { column, descending: same ? !this.#sorted!.descending : (this.#options.columns[column]!.numeric ?? false) };
    this.#page = 0;
    this.#heads.forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", this.#sorted!.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.#reorder();
    this.#draw();
  }

  #reorder(): void {
    if (!this.#sorted) return;
    const key = this.#options.columns[this.#sorted.column]!.key!;
    const sign = this.#sorted.descending ? -1 : 1;
    const keys = new Map(Array.from(this.#order, (row) => [row, key(row)] as const));
    this.#order = this.#order.slice().sort((one, other) => {
      const [a, b] = [keys.get(one)!, keys.get(other)!];
      // What is not known comes last, whichever way.
      if (a === null || b === null) return a === b ? one - other : a === null ? 1 : -1;
      return a < b ? -sign : a > b ? sign : one - other;
    });
  }

  #draw(): void {
    const total = this.#order.length;
    const first = this.#page * this.#pageSize;
    const rows = this.#order.subarray(first, first + this.#pageSize);
    this.#body.replaceChildren(
      ...Array.from(rows, (row) =>
        element(
          "tr",
          {},
          ...this.#options.columns.map((column, place) => {
            const attributes = { class: column.numeric ? "numeric" : column.nowrap ? "nowrap" : null };
            return place === 0
              ? element("th", { scope: "row", ...attributes }, column.cell(row))
              : element("td", attributes, column.cell(row));
          }),
        ),
      ),
    );
    if (total === 0) {
      const cell = element("td", { colspan: this.#options.columns.length, class: "empty" }, this.#options.empty ?? "Nothing to show.");
      this.#body.append(element("tr", {}, cell));
    }
    this.#pager.hidden = total <= this.#pageSize;
    this.#previous.disabled = this.#page === 0;
    this.#next.disabled = first + this.#pageSize >= total;
    this.#status.textContent = total === 0 ? "" : `${count(first + 1)} to ${count(first + rows.length)} of ${count(total)}`;
  }
}
