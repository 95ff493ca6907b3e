/** Countdowns and the clock of a screen. */
import { now, timeOfDay } from "./clock.js";

const AMBER = 5 * 60;

/** "12:34", "1:02:03" from a number of seconds.
 * @param {number} seconds
 */
export function figures(seconds) {
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Puts a text where it is not yet, so that nothing is drawn or announced anew.
 * @param {HTMLElement} line
 * @param {string} says
 */
function put(line, says) {
  if (line.textContent !== says) line.textContent = says;
}

/** Shows what is left of every session on the page, and the time of day.
 * @param {HTMLElement} main
 */
export function showTimes(main) {
  const moment = now();
  for (const line of main.querySelectorAll("[data-ends]")) {
    if (!(line instanceof HTMLElement)) continue;
    const { ends = "", says = "{time}", over = "{time}" } = line.dataset;
    const left = Math.ceil((Date.parse(ends) - moment) / 1000);
    put(line, (left >= 0 ? says : over).replace("{time}", figures(Math.abs(left))));
    line.classList.toggle("long", Math.abs(left) >= 3600);
    if ("colours" in line.dataset) document.body.dataset.left = left < 0 ? "over" : left <= AMBER ? "soon" : "";
  }
  if (!main.querySelector("[data-colours]")) delete document.body.dataset.left;
  for (const line of main.querySelectorAll("[data-clock]")) {
    if (!(line instanceof HTMLElement)) continue;
    put(line, timeOfDay(moment, main.dataset.zone));
  }
}
