"use strict";
// The card of an influencer, or of two side by side: one table with a column for each.

/** Return the contents of the card of influencers (one or two) for a brand. */
function profile(ranking, influencers) {
  const head = make("tr", {}, make("td"));
  for (const i of influencers) {
    const name = make("th", { scope: "col" }, make("bdi", {}, BOARD.influencers[i]));
    if (ranking.partners.has(i)) name.append(" ", badge());
    head.append(name);
  }
  const row = (name, ...cells) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, name),
      ...cells.map((cell) => make("td", {}, cell)),
    );
  const each = (name, content) => row(name, ...influencers.map(content));

  const scores = make("tbody");
  scores.append(
    each("rank", (i) => `${WHOLE.format(ranking.rank[i])} of ${WHOLE.format(ranking.rank.length)}`),
    each("score", (i) => part(points(ranking.score[i]), valuesOf(ranking, i), ranking)),
  );
  BOARD.parts.forEach(({ name, key }, place) => {
    const alone = (i) => BOARD.parts.map((_, at) => (at === place ? ranking.parts[at][i] : 0));
    const title = make("span", {}, make("i", { class: `swatch ${key}`, "aria-hidden": "true" }));
    title.append(name);
    scores.append(
      each(title, (i) => {
        const cell = part(points(ranking.parts[place][i]), alone(i), ranking);
        cell.append(make("span", { class: "soft" }, beats(ranking.parts[place], i)));
        return cell;
      }),
    );
  });
  if (BOARD.worth[ranking.brand].length) {
    scores.append(
      each("partners in 100 at this rank", (i) => worth(ranking.brand, ranking.rank[i]) || "–"),
    );
  }
  const reasons = make("tbody");
  const given = influencers.map((i) => BOARD.reasons[ranking.brand]?.[i]);
  ["speaks for", "speaks against"].forEach((title, side) => {
    if (given.some(Boolean)) reasons.append(row(title, ...given.map((both) => said(both, side))));
  });
  if (!given.some(Boolean)) reasons.append(row("reasons", ...given.map(() => elsewhere())));
  const facts = make("tbody");
  for (const { name, values } of BOARD.columns) {
    facts.append(each(name, (i) => make("bdi", {}, shown(values[i]))));
  }
  const kind = influencers.length > 1 ? "profile two" : "profile";
  return make("table", { class: kind }, make("thead", {}, head), scores, reasons, facts);
}

/** Return sentences of one side, or where reasons are to be had. */
function said(both, side) {
  if (!both) return elsewhere();
  if (!both[side].length) return "nothing of weight";
  return make("ul", {}, ...both[side].map((sentence) => make("li", { dir: "auto" }, sentence)));
}

function elsewhere() {
  return make("span", { class: "soft" }, make("code", {}, "morning explain"), " gives them.");
}

function part(text, values, { low, high }) {
  const drawn = bars(values, low, high);
  drawn.setAttribute("aria-hidden", "true");
  return make("div", { class: "measure" }, make("span", { class: "number" }, text), drawn);
}

/** Say how many of the others a value is above. */
function beats(values, i) {
  const below = values.filter((value) => value < values[i]).length;
  return `above ${Math.floor((100 * below) / Math.max(1, values.length - 1))}% of the others`;
}

function valuesOf({ parts }, i) {
  return parts.map((values) => values[i]);
}

function badge() {
  return make("span", { class: "badge" }, "partner");
}
