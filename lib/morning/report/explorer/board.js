"use strict";
// What the page holds, and what follows from it for a brand. Nothing is drawn here.

const BOARD = JSON.parse(document.getElementById("board").textContent);
const SCORES = JSON.parse(document.getElementById("scores").textContent);

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const FRACTION = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const SCORE = new Intl.NumberFormat("en", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "negative",
});
const UPWARDS = ["lowest first", "highest first"];
const RANKS = ["best first", "best last"];
const LETTERS = ["from A to Z", "from Z to A"];
const TEXT = new Intl.Collator("en", { numeric: true });

/** Return one part of the scores of a brand: 16-bit integers, least significant byte first. */
function decoded(part, brand) {
  const bytes = atob(SCORES[part][brand]);
  const scale = BOARD.scales[part][brand];
  const values = new Float64Array(BOARD.influencers.length);
  for (let i = 0; i < values.length; i++) {
    const word = bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8);
    values[i] = scale * ((word << 16) >> 16);
  }
  return values;
}

/** Return the scores of a brand, its ranks from 1 and who is a partner. */
function ranked(brand) {
  const parts = BOARD.parts.map((_, part) => decoded(part, brand));
  const count = BOARD.influencers.length;
  const score = new Float64Array(count);
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i++) {
    let below = 0;
    let above = 0;
    for (const part of parts) {
      if (part[i] < 0) below += part[i];
      else above += part[i];
    }
    score[i] = below + above;
    low = Math.min(low, below);
    high = Math.max(high, above);
  }
  const order = Uint32Array.from(score, (_, i) => i).sort((a, b) => score[b] - score[a] || a - b);
  const rank = new Uint32Array(count);
  order.forEach((influencer, place) => (rank[influencer] = place + 1));
  return { brand, parts, score, rank, low, high, partners: new Set(BOARD.partners[brand]) };
}

/** Return what can be sorted by: its name, the value of an influencer, how to start, its orders. */
function sortKeys() {
  const keys = new Map([
    ["rank", { name: "rank", value: ({ rank }, i) => rank[i], down: false, orders: RANKS }],
    [
      "name",
      { name: "influencer", value: (_, i) => BOARD.influencers[i], down: false, orders: LETTERS },
    ],
  ]);
  BOARD.parts.forEach(({ key, name }, part) => {
    const value = ({ parts }, i) => parts[part][i];
    keys.set(key, { name, value, down: true, orders: UPWARDS });
  });
  BOARD.columns.forEach(({ name, kind, values }, column) => {
    const text = kind === "text";
    const orders = text ? LETTERS : UPWARDS;
    keys.set(`column-${column}`, { name, value: (_, i) => values[i], down: !text, orders });
  });
  return keys;
}

/** Return influencers in order; those of whom the value is not known come last. */
function sorted(influencers, ranking, key, down) {
  const value = influencers.map((i) => key.value(ranking, i));
  const text = value.some((each) => typeof each === "string");
  const compare = text ? TEXT.compare : (a, b) => a - b;
  const places = influencers.map((_, place) => place);
  places.sort((a, b) => {
    const [one, other] = [value[a], value[b]];
    if (one === null || other === null) return (one === null) - (other === null);
    return down ? compare(other, one) : compare(one, other);
  });
  return places.map((place) => influencers[place]);
}

/** Return what a rank is worth, in words; empty where that is not known. */
function worth(brand, rank) {
  const found = BOARD.worth[brand].find(([first, last]) => first <= rank && rank <= last);
  if (!found) return "";
  const [, , share, low, high] = found;
  const between = low === null || high === null ? "" : ` (${hundred(low)} to ${hundred(high)})`;
  return hundred(share) + between;
}

/** Return a score, or a part of it, in words. */
function points(value) {
  return SCORE.format(value).replace("-", "−");
}

/** Return a share as a number of a hundred. */
function hundred(share) {
  return (100 * share).toFixed(share >= 0.1 ? 0 : 1);
}

/** Return a value of a column in words; a dash where it is not known. */
function shown(value) {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return (Number.isInteger(value) || Math.abs(value) >= 1000 ? WHOLE : FRACTION).format(value);
}

/** Return a number of things in words. */
function counted(number, noun) {
  return `${WHOLE.format(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Return influencers as CSV; no cell of it is a formula to a spreadsheet. */
function asCsv(influencers, ranking) {
  const { brand, parts, score, rank, partners } = ranking;
  const heads = ["brand", "influencer", "rank", "score", ...BOARD.parts.map(({ key }) => key)];
  heads.push("partner", "partners in 100", ...BOARD.columns.map(({ name }) => name));
  const rows = influencers.map((i) => [
    BOARD.brands[brand],
    BOARD.influencers[i],
    rank[i],
    +score[i].toFixed(4),
    ...parts.map((part) => +part[i].toFixed(4)),
    partners.has(i),
    worth(brand, rank[i]),
    ...BOARD.columns.map(({ values }) => values[i]),
  ]);
  const formula = /^[=+\-@\t\n\r＝＋－＠](?!(?<=[+-])(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$)/i;
  return "\ufeff" + VENDOR.unparse([heads, ...rows], { escapeFormulae: formula });
}
