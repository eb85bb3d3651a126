"use strict";
// Elements of the page. Text goes in as text nodes alone: nothing that the data hold is markup.

/** Return an element with attributes (those that are null are left out) and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Return the element that is found by its id. */
function byId(id) {
  return document.getElementById(id);
}

/** Return parts of a score as bars on both sides of zero; `low` and `high` end the scale. */
function bars(values, low, high) {
  const span = high - low || 1;
  const percent = (value) => `${(100 * value) / span}%`;
  const box = make("span", { class: "bars", role: "img" });
  let below = 0;
  let above = 0;
  values.forEach((value, part) => {
    if (value === 0) return;
    const segment = make("span", { class: `part ${BOARD.parts[part].key}` });
    if (value < 0) below += value;
    segment.style.left = percent((value < 0 ? below : above) - low);
    segment.style.width = percent(Math.abs(value));
    if (value > 0) above += value;
    box.append(segment);
  });
  const zero = make("span", { class: "zero" });
  zero.style.left = percent(-low);
  box.append(zero);
  return box;
}
