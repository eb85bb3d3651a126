"use strict";
// The page: what is chosen, what is shown for it, and what is said when it changes.

const KEYS = sortKeys();
const state = {
  ranking: null,
  sort: "rank",
  down: false,
  shown: [],
  marks: BOARD.brands.map(() => new Set()),
  unsaved: false,
  open: null, // influencer of the card
  pinned: null, // influencer to compare others with
};
const card = byId("card");
const filters = makeFilters(() => refresh());
const table = new Table(byId("scroller"), makeRow);

// ---- brand, order, filters ------------------------------------------------------------------

function fillControls() {
  const groups = new Map();
  BOARD.brands.forEach((name, brand) => {
    const category = BOARD.categories[brand];
    if (!groups.has(category)) groups.set(category, []);
    groups.get(category).push(make("option", { value: brand, dir: "auto" }, name));
  });
  const categories = [...groups.keys()].sort((a, b) => !a - !b || TEXT.compare(a, b));
  for (const category of categories) {
    const options = groups.get(category);
    const label = category || "without a category";
    byId("brand").append(
      ...(categories.length > 1 ? [make("optgroup", { label }, ...options)] : options),
    );
  }
  for (const [key, { name }] of KEYS) byId("sort").append(make("option", { value: key }, name));
  byId("limits").append(...filters.map(({ element }) => element));
  byId("filters").hidden = !filters.length;
  byId("about").textContent = BOARD.about;
  for (const { key, name, about } of BOARD.parts) {
    const swatch = make("i", { class: `swatch ${key}`, "aria-hidden": "true" });
    byId("legend").append(make("li", {}, swatch, about ? `${name} (${about})` : name));
  }
}

function fillHead() {
  const row = make("tr", { "aria-rowindex": 1 });
  const head = (className, content) =>
    make("th", { scope: "col", class: className }, content);
  const sorting = (key, title = KEYS.get(key).name) =>
    make("button", { type: "button", "data-sort": key, title: `Sort by ${title}` }, title);
  row.append(
    head("mark", make("span", { class: "hidden" }, "shortlist")),
    head("rank", sorting("rank")),
    head("name", sorting("name")),
    head("score", "score and its parts"),
  );
  if (hasWorth()) row.append(head("worth further", "partners in 100"));
  BOARD.columns.forEach(({ kind }, column) => {
    row.append(head(`${kind} further`, sorting(`column-${column}`)));
  });
  byId("ranking").tHead.append(row);
}

function hasWorth() {
  return BOARD.worth.some((each) => each.length);
}

function choose(brand) {
  state.ranking = ranked(brand);
  state.pinned = null;
  byId("brand").value = brand;
  byId("notes").replaceChildren(...BOARD.notes[brand].map((note) => make("li", {}, note)));
  byId("notes").hidden = !BOARD.notes[brand].length;
  showComparing();
  history.replaceState(null, "", `#brand=${encodeURIComponent(BOARD.brands[brand])}`);
  refresh();
}

function sortBy(key, down) {
  state.sort = key;
  state.down = down;
  refresh();
}

/** Show who passes the filters, in order, and say so. */
function refresh(before = "", place = 0) {
  const { ranking } = state;
  const searched = byId("search").value.trim().toLowerCase();
  const tests = filters.map(({ test }) => test()).filter(Boolean);
  const active = tests.length;
  const hidden = byId("partners").checked ? new Set() : ranking.partners;
  if (searched) tests.push((i) => BOARD.influencers[i].toLowerCase().includes(searched));
  if (byId("marked").checked) tests.push((i) => marks().has(i));
  if (hidden.size) tests.push((i) => !hidden.has(i));
  const passing = [...BOARD.influencers.keys()].filter((i) => tests.every((test) => test(i)));
  state.shown = sorted(passing, ranking, KEYS.get(state.sort), state.down);
  table.show(state.shown, place);
  byId("none").hidden = passing.length > 0;
  byId("active").textContent = active ? `(${active} set)` : "";
  showOrder();
  showShortlist();
  say(before);
}

function showOrder() {
  byId("sort").value = state.sort;
  byId("direction").textContent = state.down ? "↓" : "↑";
  byId("direction").setAttribute("aria-label", state.down ? "Descending" : "Ascending");
  byId("direction").title = state.down ? "Descending" : "Ascending";
  for (const button of byId("ranking").querySelectorAll("[data-sort]")) {
    const order = state.down ? "descending" : "ascending";
    const sorted = button.dataset.sort === state.sort;
    const head = button.parentElement;
    if (sorted) head.setAttribute("aria-sort", order);
    else head.removeAttribute("aria-sort");
  }
}

function say(before = "") {
  const { brand, rank } = state.ranking;
  const from = state.shown.length === rank.length ? "" : ` of ${WHOLE.format(rank.length)}`;
  const { name, orders } = KEYS.get(state.sort);
  const order = `${name}, ${orders[Number(state.down)]}`;
  const found = `${WHOLE.format(state.shown.length)}${from} influencers for ${BOARD.brands[brand]}`;
  byId("status").textContent = `${before ? `${before} ` : ""}${found}, by ${order}.`;
  const printed = Math.min(PRINTED, state.shown.length);
  byId("printed").textContent = `${counted(printed, "influencer")} printed.`;
}

// ---- rows -----------------------------------------------------------------------------------

function makeRow(i) {
  const { brand, rank, score, low, high, partners } = state.ranking;
  const values = valuesOf(state.ranking, i);
  const name = BOARD.influencers[i];
  const open = make("button", { type: "button", "data-does": "open", title: name });
  open.append(make("bdi", {}, name));
  const who = make("th", { scope: "row", class: "name" }, open);
  if (partners.has(i)) who.append(badge());
  const drawn = bars(values, low, high);
  const parts = BOARD.parts.map((part, at) => `${part.name} ${points(values[at])}`).join(", ");
  drawn.setAttribute("aria-label", parts);
  drawn.title = parts;
  const number = make("span", { class: "number" }, points(score[i]));
  const cells = [
    make("td", { class: "mark" }, markButton(i)),
    make("td", { class: "rank" }, WHOLE.format(rank[i])),
    who,
    make("td", { class: "score" }, make("div", { class: "measure" }, number, drawn)),
  ];
  if (hasWorth()) cells.push(make("td", { class: "worth further" }, worth(brand, rank[i])));
  for (const { kind, values } of BOARD.columns) {
    const text = shown(values[i]);
    const title = kind === "text" ? text : null;
    cells.push(make("td", { class: `${kind} further`, title }, make("bdi", {}, text)));
  }
  return cells;
}

function markButton(i) {
  return make("button", {
    type: "button",
    "data-does": "mark",
    "aria-label": `Shortlist ${BOARD.influencers[i]}`,
    "aria-pressed": marks().has(i),
  });
}

// ---- shortlist ------------------------------------------------------------------------------

function marks() {
  return state.marks[state.ranking.brand];
}

function mark(i) {
  const on = !marks().has(i);
  if (on) marks().add(i);
  else marks().delete(i);
  state.unsaved = true;
  const before = `${BOARD.influencers[i]} is ${on ? "on" : "off"} the shortlist.`;
  if (byId("marked").checked) return refresh(before, table.place);
  table.drawn.get(i)?.querySelector("[data-does=mark]").setAttribute("aria-pressed", on);
  showShortlist();
  say(before);
}

function showShortlist() {
  byId("save").textContent = `Save shortlist as CSV (${marks().size})`;
  byId("save").disabled = !marks().size;
}

function save() {
  const { ranking } = state;
  const chosen = sorted([...marks()], ranking, KEYS.get("rank"), false);
  const file = new Blob([asCsv(chosen, ranking)], { type: "text/csv;charset=utf-8" });
  const address = URL.createObjectURL(file);
  const name = BOARD.brands[ranking.brand].replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 80);
  make("a", { href: address, download: `shortlist-${name}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  state.unsaved = false;
  say(`${counted(chosen.length, "influencer")} saved.`);
}

// ---- card and comparison --------------------------------------------------------------------

/** Show the card of an influencer, beside the pinned one where there is one. */
function openCard(i) {
  state.open = i;
  const { pinned, ranking } = state;
  const compared = pinned !== null && pinned !== i;
  const both = compared ? [pinned, i] : [i];
  const title = byId("card-title");
  const [one, other] = both.map((each) => make("bdi", {}, BOARD.influencers[each]));
  title.replaceChildren(one, ...(other ? [" and ", other] : []));
  if (!other && ranking.partners.has(i)) title.append(badge());
  const brand = make("bdi", {}, BOARD.brands[ranking.brand]);
  title.append(make("span", { class: "soft" }, " for ", brand));

  const at = state.shown.indexOf(i);
  const action = (does, text, able = true) =>
    make("button", { type: "button", "data-does": does, disabled: able ? null : "" }, text);
  const shortlist = markButton(i);
  shortlist.append(" Shortlist", ...(other ? [" ", make("bdi", {}, BOARD.influencers[i])] : []));
  byId("actions").replaceChildren(
    shortlist,
    action("compare", pinned === null ? "Compare with another" : "Stop comparing"),
    action("before", "Previous", at > 0),
    action("after", "Next", at < state.shown.length - 1),
  );
  byId("details").replaceChildren(profile(ranking, both));
  card.classList.toggle("wide", compared);
  if (!card.open) {
    card.showModal();
    title.focus();
  }
}

/** Close the card, and go to the row of whom it showed. */
function shut() {
  card.close();
  showComparing();
  table.goTo(state.open);
}

/** Do what a button of the card is for; the focus stays at it where it can. */
function act(does) {
  const steps = { before: -1, after: 1 };
  if (does === "close") return shut();
  if (does === "compare" && state.pinned === null) {
    state.pinned = state.open;
    shut();
    return say(`Choose whom to compare ${BOARD.influencers[state.open]} with.`);
  }
  if (does === "compare") state.pinned = null;
  if (does === "mark") mark(state.open);
  openCard(does in steps ? state.shown[state.shown.indexOf(state.open) + steps[does]] : state.open);
  const button = card.querySelector(`[data-does=${does}]`);
  (button.disabled ? byId("card-title") : button).focus();
}

function showComparing() {
  const line = byId("comparing");
  line.hidden = state.pinned === null;
  if (!line.hidden) {
    const name = make("bdi", {}, BOARD.influencers[state.pinned]);
    line.firstElementChild.replaceChildren("Comparing with ", name, ": choose another.");
  }
}

// ---- events ---------------------------------------------------------------------------------

function listen() {
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("brand").addEventListener("change", (event) => choose(Number(event.target.value)));
  byId("sort").addEventListener("change", ({ target }) => {
    sortBy(target.value, KEYS.get(target.value).down);
  });
  byId("direction").addEventListener("click", () => sortBy(state.sort, !state.down));
  for (const id of ["search", "partners", "marked"]) {
    byId(id).addEventListener("input", () => refresh());
  }
  byId("clear").addEventListener("click", () => {
    for (const field of byId("limits").querySelectorAll("input, select")) {
      if (field.type === "checkbox") field.checked = false;
      else field.value = field.tagName === "SELECT" ? "either" : "";
    }
    refresh("Filters cleared.");
  });
  byId("save").addEventListener("click", save);
  byId("comparing").lastElementChild.addEventListener("click", () => {
    state.pinned = null;
    showComparing();
    table.focus();
  });
  byId("ranking").tHead.addEventListener("click", ({ target }) => {
    const key = target.closest("[data-sort]")?.dataset.sort;
    if (key) sortBy(key, key === state.sort ? !state.down : KEYS.get(key).down);
  });
  byId("ranking").tBodies[0].addEventListener("click", ({ target }) => {
    const row = target.closest("[data-influencer]");
    if (!row) return;
    const influencer = Number(row.dataset.influencer);
    if (target.closest("[data-does=mark]")) mark(influencer);
    else openCard(influencer);
  });
  byId("ranking").tBodies[0].addEventListener("keydown", ({ key, target }) => {
    const row = target.closest("[data-influencer]");
    if (key === "Enter" && target.tagName !== "BUTTON") openCard(Number(row.dataset.influencer));
  });
  card.addEventListener("click", ({ target }) => {
    if (target === card) shut(); // beside it
    const does = target.closest("[data-does]")?.dataset.does;
    if (does) act(does);
  });
  card.addEventListener("cancel", (event) => {
    event.preventDefault();
    shut();
  });
  addEventListener("hashchange", () => choose(asked()));
  addEventListener("beforeunload", (event) => {
    if (state.unsaved && state.marks.some((each) => each.size)) event.preventDefault();
  });
}

/** Return the brand that the address names, or the first. */
function asked() {
  const name = new URLSearchParams(location.hash.slice(1)).get("brand");
  return Math.max(0, BOARD.brands.indexOf(name));
}

fillControls();
fillHead();
listen();
choose(asked());
