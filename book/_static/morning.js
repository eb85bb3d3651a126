// What assistive technology needs to know, and the pages do not tell it.
document.addEventListener("DOMContentLoaded", () => {
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);
  each(".bd-links li.current > a", (link) => link.setAttribute("aria-current", "page"));
  each(".citation-list > [role=doc-biblioentry]", (entry) => entry.setAttribute("role", "listitem"));
  // Called what it shows: whether code is hidden.
  each("details.hide > summary", (summary) => summary.removeAttribute("aria-label"));
});
