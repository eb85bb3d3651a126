"use strict";
// The filters: one control for each column, as its kind asks for; each gives a test or null.

/** Most values of a column of text that can be ticked; of more, a text is looked for. */
const TICKED = 60;

/** Return the filters of columns of which something is known; `changed` is called when one does. */
function makeFilters(changed) {
  const makers = { number: numberFilter, flag: flagFilter, text: textFilter };
  return BOARD.columns.flatMap((column, place) => {
    if (column.values.every((value) => value === null)) return [];
    const filter = makers[column.kind](column, place);
    filter.element.addEventListener("input", changed);
    return filter;
  });
}

function numberFilter({ name, values }, place) {
  const known = values.filter((value) => value !== null);
  const [low, high] = known.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  const field = (label, hint) =>
    make("input", {
      type: "number",
      step: "any",
      id: `filter-${place}-${label}`,
      "aria-label": `${name}, ${label === "min" ? "at least" : "at most"}`,
      placeholder: hint,
    });
  const [least, most] = [field("min", `from ${shown(low)}`), field("max", `to ${shown(high)}`)];
  const element = make("fieldset", {}, make("legend", {}, name), least, most);
  const test = () => {
    if (least.value === "" && most.value === "") return null;
    const from = least.value === "" ? -Infinity : Number(least.value);
    const to = most.value === "" ? Infinity : Number(most.value);
    return (i) => values[i] !== null && from <= values[i] && values[i] <= to;
  };
  return { element, test };
}

function flagFilter({ name, values }, place) {
  const choice = make("select", { id: `filter-${place}`, "aria-label": name });
  for (const text of ["either", "yes", "no"]) choice.append(make("option", { value: text }, text));
  const element = make("fieldset", {}, make("legend", {}, name), choice);
  const test = () => {
    if (choice.value === "either") return null;
    const wanted = choice.value === "yes";
    return (i) => values[i] === wanted;
  };
  return { element, test };
}

function textFilter({ name, values }, place) {
  const found = [...new Set(values)].filter((value) => value !== null).sort(TEXT.compare);
  const element = make("fieldset", {}, make("legend", {}, name));
  if (found.length > TICKED) {
    const input = make("input", {
      type: "search",
      id: `filter-${place}`,
      "aria-label": `${name} contains`,
      placeholder: "contains",
    });
    element.append(input);
    const test = () => {
      const part = input.value.trim().toLowerCase();
      return part ? (i) => values[i] !== null && values[i].toLowerCase().includes(part) : null;
    };
    return { element, test };
  }
  const boxes = found.map((value) => make("input", { type: "checkbox" }));
  const labels = found.map((value, i) =>
    make("label", { class: "tick" }, boxes[i], make("bdi", {}, value)),
  );
  element.append(make("div", { class: "choices", id: `filter-${place}` }, ...labels));
  const test = () => {
    const wanted = new Set(found.filter((_, i) => boxes[i].checked));
    return wanted.size ? (i) => wanted.has(values[i]) : null;
  };
  return { element, test };
}
