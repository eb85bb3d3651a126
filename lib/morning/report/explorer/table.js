"use strict";
// The table: rows come and go as they are scrolled into view, and the keyboard goes cell by cell.

const ROW = 44; // pixels, as in the style
const PAGE = 10; // rows
const PRINTED = 100; // rows

class Table {
  /** `makeRow(influencer)` returns the cells of a row. */
  constructor(scroller, makeRow) {
    this.scroller = scroller;
    this.table = scroller.querySelector("table");
    this.body = this.table.tBodies[0];
    this.makeRow = makeRow;
    this.influencers = [];
    this.drawn = new Map(); // influencer -> its row
    this.place = 0; // of the row that the keyboard is at
    this.cell = 0;
    this.whole = false; // while it is printed
    this.virtual = new VENDOR.Virtualizer(this.options());
    this.virtual._didMount();
    this.virtual._willUpdate();
    this.body.addEventListener("keydown", (event) => this.pressed(event));
    this.body.addEventListener("focusin", (event) => this.focused(event.target));
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  options() {
    return {
      count: this.influencers.length,
      getScrollElement: () => this.scroller,
      estimateSize: () => ROW,
      overscan: 6,
      rangeExtractor: (range) => this.extracted(range),
      scrollToFn: VENDOR.elementScroll,
      observeElementRect: VENDOR.observeElementRect,
      observeElementOffset: VENDOR.observeElementOffset,
      onChange: () => this.draw(),
    };
  }

  /** The row that the keyboard is at stays, however far it is scrolled away. */
  extracted(range) {
    if (this.whole) return [...this.influencers.slice(0, PRINTED).keys()];
    const places = VENDOR.defaultRangeExtractor(range);
    if (places.includes(this.place) || this.place >= range.count) return places;
    return [...places, this.place].sort((a, b) => a - b);
  }

  /** Show other influencers, or the same in another order, with the keyboard at one place. */
  show(influencers, place = 0) {
    this.influencers = influencers;
    this.place = Math.max(0, Math.min(place, influencers.length - 1));
    this.table.setAttribute("aria-rowcount", influencers.length + 1);
    if (!place) this.scroller.scrollTop = 0;
    this.again();
  }

  /** Draw all rows anew. */
  again() {
    const inside = this.body.contains(document.activeElement);
    this.drawn.clear();
    this.virtual.setOptions(this.options());
    this.draw();
    if (inside) this.focus();
  }

  draw() {
    const rows = [];
    let end = 0;
    const items = this.virtual.getVirtualItems();
    for (const { index, start, size } of items) {
      if (start > end) rows.push(this.gap(start - end));
      rows.push(this.row(index));
      end = start + size;
    }
    const left = this.whole ? 0 : this.virtual.getTotalSize() - end;
    if (left > 0) rows.push(this.gap(left));
    // What stays is not moved: it may have the focus.
    const stay = new Set(rows);
    for (const row of [...this.body.children]) if (!stay.has(row)) row.remove();
    rows.forEach((row, place) => {
      if (this.body.children[place] !== row) this.body.insertBefore(row, this.body.children[place]);
    });
    const kept = new Set(items.map(({ index }) => this.influencers[index]));
    for (const influencer of this.drawn.keys()) {
      if (!kept.has(influencer)) this.drawn.delete(influencer);
    }
  }

  gap(height) {
    const cell = make("td");
    cell.style.height = `${height}px`;
    return make("tr", { "aria-hidden": "true", class: "gap" }, cell);
  }

  row(index) {
    const influencer = this.influencers[index];
    let row = this.drawn.get(influencer);
    if (!row) {
      row = make("tr", { "aria-rowindex": index + 2, "data-influencer": influencer });
      row.append(...this.makeRow(influencer));
      for (const cell of row.cells) inner(cell).tabIndex = -1;
      this.drawn.set(influencer, row);
      if (index === this.place) inner(row.cells[this.cell]).tabIndex = 0;
    }
    return row;
  }

  /** Say which cell the keyboard comes to next. */
  focused(target) {
    const cell = target.closest("td, th");
    const influencer = Number(cell.parentElement.dataset.influencer);
    const before = this.drawn.get(this.influencers[this.place]);
    if (before) inner(before.cells[this.cell]).tabIndex = -1;
    this.place = this.influencers.indexOf(influencer);
    this.cell = cell.cellIndex;
    inner(cell).tabIndex = 0;
  }

  /** Give the focus to the name of an influencer. */
  goTo(influencer) {
    this.place = Math.max(0, this.influencers.indexOf(influencer));
    this.cell = this.table.querySelector("thead .name").cellIndex;
    this.again();
    this.focus();
  }

  focus() {
    if (!this.influencers.length) return this.scroller.focus();
    this.virtual.setOptions(this.options()); // the row is drawn although it is not in view yet
    this.draw();
    const cell = this.drawn.get(this.influencers[this.place]).cells[this.cell];
    inner(cell).focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  pressed(event) {
    const last = this.influencers.length - 1;
    const cells = [...this.drawn.get(this.influencers[this.place]).cells]
      .filter((cell) => cell.offsetWidth)
      .map((cell) => cell.cellIndex);
    const at = cells.indexOf(this.cell);
    let [place, cell] = [this.place, at];
    if (event.altKey || event.metaKey) return;
    if (event.key === "ArrowDown") place += 1;
    else if (event.key === "ArrowUp") place -= 1;
    else if (event.key === "PageDown") place += PAGE;
    else if (event.key === "PageUp") place -= PAGE;
    else if (event.key === "ArrowRight") cell += 1;
    else if (event.key === "ArrowLeft") cell -= 1;
    else if (event.key === "Home") [place, cell] = event.ctrlKey ? [0, cell] : [place, 0];
    else if (event.key === "End") [place, cell] = event.ctrlKey ? [last, cell] : [place, Infinity];
    else return;
    event.preventDefault();
    inner(this.drawn.get(this.influencers[this.place]).cells[this.cell]).tabIndex = -1;
    this.place = Math.max(0, Math.min(last, place));
    this.cell = cells[Math.max(0, Math.min(cells.length - 1, cell))];
    this.focus();
  }

  print(whole) {
    this.whole = whole;
    this.again();
  }
}

/** Return what takes the focus in a cell: its button, or the cell itself. */
function inner(cell) {
  return cell.querySelector("button") ?? cell;
}
