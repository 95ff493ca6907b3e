/**
 * Pages that stay true by themselves: room signs, stage countdowns, run sheets.
 *
 * main[data-live]     the address of the event's stream; `.json` after it is polled where there is none
 * main[data-revision] at which revision the page was made
 * main[data-changes]  the moment at which something begins or ends, and the page is fetched again
 * main[data-awake]    keeps the screen on
 * [data-ends]         a countdown to a moment; [data-says] and [data-over] are its words
 * [data-clock]        the time in the event's zone (main[data-zone])
 * [data-lost]         says since when there is no connection
 * [data-print]        a button that prints the page
 */
import { stayAwake } from "./door/awake.js";
import { now, tell, timeOfDay } from "./stage/clock.js";
import { showTimes } from "./stage/countdown.js";
import { follow } from "./stage/live.js";
import { refresh } from "./stage/page.js";

/** How far apart many screens fetch the same page when a session ends, in milliseconds. */
const SPREAD = 1500;
const LOST_AFTER = 45_000;
const LONGEST_TIMER = 2 ** 31 - 1;

const main = document.getElementById("main");
let changing = 0;
let heard = Date.now();

/** Fetches the page again as soon as something begins or ends. */
function waitForChange() {
  clearTimeout(changing);
  const at = Date.parse(main?.dataset.changes ?? "");
  if (Number.isNaN(at)) return;
  const wait = Math.max(at - now(), 0) + 250 + Math.random() * SPREAD;
  if (wait < LONGEST_TIMER) changing = window.setTimeout(() => void again(), wait);
}

/** Fetches the page again; when that fails, tries once more after some seconds. */
async function again() {
  clearTimeout(changing);
  if (main && await refresh(main)) {
    waitForChange();
    showTimes(main);
  } else {
    changing = window.setTimeout(() => void again(), 5000);
  }
}

/** Says since when nothing was heard of the server. */
function showLost() {
  const line = main?.querySelector("[data-lost]");
  if (!(line instanceof HTMLElement)) return;
  const since = timeOfDay(heard, main?.dataset.zone);
  const says = Date.now() - heard > LOST_AFTER ? (line.dataset.lost ?? "").replace("{time}", since) : "";
  if (line.textContent !== says) line.textContent = says;
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) print();
});

if (main?.dataset.live) {
  if ("awake" in main.dataset) stayAwake();
  follow(main.dataset.live, (said, travelled) => {
    heard = Date.now();
    tell(said.now, travelled);
    if (String(said.revision) !== main.dataset.revision) void again();
  });
  waitForChange();
  showTimes(main);
  setInterval(() => { showTimes(main); showLost(); }, 500);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) waitForChange(); });
}
