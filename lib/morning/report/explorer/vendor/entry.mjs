// What the explorer takes from others: rows drawn as they come into view, and CSV.
export {
  Virtualizer,
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
} from "@tanstack/virtual-core";
export { unparse } from "papaparse";
