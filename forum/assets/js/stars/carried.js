/**
 * Stars that a device keeps (see the programme's pages) go along with the form that takes them.
 *
 * form[data-stars="EVENT"]  gets the ids into its field `stars`; one with data-label is hidden until
 * there are any that data-known, a list of ids, does not hold, and then says how many.
 */
import { read } from "../programme/stars.js";

/** As many ids as the server takes at once. */
const MOST = 200;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Fills in the stars of each form that asks for them. */
export function carryStars() {
  for (const form of document.querySelectorAll("form[data-stars]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    const { stars: event = "", known = "", label = "", one = "" } = form.dataset;
    const field = form.elements.namedItem("stars");
    const there = new Set(known.split(" "));
    const ids = read(`forum.stars.${event}`).filter((id) => ID.test(id) && !there.has(id)).slice(0, MOST);
    if (!(field instanceof HTMLInputElement) || ids.length === 0) continue;
    field.value = ids.join(",");
    const button = form.querySelector("button");
    if (!label || !button) continue;
    button.textContent = ids.length === 1 && one ? one : label.replace("{n}", String(ids.length));
    form.hidden = false;
  }
}
