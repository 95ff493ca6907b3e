/**
 * Small help on any page; each part works on its own and every page works without it.
 *
 * [data-focus]  takes the focus when the page opens (the summary of what is wrong)
 * [data-copy]   copies the value of the field it names, and says so
 * [data-from]   shows a moment in the reader's own time where that differs from the event's
 * form[data-keep]  asks before what was typed is left behind
 * form[method=post]  is not sent again for some seconds, however often its button is pressed
 * .only-if      shows a question while the answer is given on which it depends
 * form[data-ripe]  is not sent before it has been open for so many seconds, as programs send theirs
 * [data-choose]  shows the form of another card as soon as it is taken, and takes its button away
 * table[data-reorder]  lets rows be dragged into another order
 * input[data-ticks]  ticks every row of its table
 * [data-refresh]  is looked at again while something goes on
 * form[data-stars]  takes along the stars that the device keeps
 * form[data-words]  names placeholders that are not on the list, and puts in those that are pressed
 */
import { keepLooking } from "./lists/look-again.js";
import { tickWholePage } from "./lists/tick-page.js";
import { chooseAtOnce } from "./questions/choose.js";
import { showOnlyIf } from "./questions/only-if.js";
import { reorderTables } from "./questions/reorder.js";
import { carryStars } from "./stars/carried.js";
import { isElsewhere, wholeSpan } from "./times/own.js";
import { livePlaceholders } from "./wording/placeholders.js";

/** How long a form counts as on its way, in milliseconds: a page may stay where the answer is a file. */
const SENT_FOR = 4000;

/** Puts the focus on the summary of errors, and marks a new page's title with it. */
function focusProblem() {
  const problem = document.querySelector("[data-focus]");
  if (problem instanceof HTMLElement) problem.focus();
}

/** Makes copy buttons work, and shows them only where they can. */
function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const label = button.querySelector("span");
    const source = document.getElementById(button.dataset.copy ?? "");
    if (!label || !(source instanceof HTMLInputElement)) continue;
    const before = label.textContent;
    label.setAttribute("role", "status");
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.select();
      await navigator.clipboard.writeText(source.value);
      label.textContent = button.dataset.done ?? "";
      setTimeout(() => { label.textContent = before; }, 2500);
    });
  }
}

/** Says when something is for a reader in another zone. */
function ownTimes() {
  for (const line of document.querySelectorAll("[data-from]")) {
    if (!(line instanceof HTMLElement)) continue;
    const { from = "", to = "", zone: there = "UTC", says = "" } = line.dataset;
    const start = new Date(from);
    const end = new Date(to);
    if (Number.isNaN(start.getTime()) || Number.isNaN(end.getTime())) continue;
    if (!isElsewhere(start, there)) continue;
    line.textContent = says.replace("{time}", wholeSpan(start, end));
    line.hidden = false;
  }
}

/**
 * Says whether a press only shows something in a tab of its own, as a preview does.
 * @param {Event} sending
 */
function opensApart(sending) {
  return sending instanceof SubmitEvent && sending.submitter?.getAttribute("formtarget") === "_blank";
}

/** Warns before typed text is lost, in long forms that ask for it. */
function keepTyped() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    let touched = form.hasAttribute("data-touched");
    form.addEventListener("input", () => { touched = true; });
    form.addEventListener("submit", (sending) => { if (!opensApart(sending)) touched = false; });
    addEventListener("beforeunload", (leaving) => { if (touched) leaving.preventDefault(); });
  }
}

/** Holds a form back that is sent quicker than the server takes it: nobody has to press twice. */
function ripen() {
  for (const form of document.querySelectorAll("form[data-ripe]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    const ripeAt = performance.now() + Number(form.dataset.ripe) * 1000 + 100;
    form.addEventListener("submit", (sending) => {
      const left = ripeAt - performance.now();
      if (!(left > 0)) return;
      sending.preventDefault();
      setTimeout(() => form.requestSubmit(sending.submitter), left);
    });
  }
}

/** Sends a form once: a second press while the first is on its way would do the same thing twice. */
function sendOnce() {
  /** @type {WeakSet<HTMLFormElement>} */
  let sent = new WeakSet();
  addEventListener("submit", (sending) => {
    const form = sending.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || sending.defaultPrevented || opensApart(sending)) return;
    if (sent.has(form)) sending.preventDefault();
    sent.add(form);
    setTimeout(() => sent.delete(form), SENT_FOR);
  });
  addEventListener("pageshow", () => { sent = new WeakSet(); });
}

focusProblem();
copyButtons();
ownTimes();
keepTyped();
carryStars();
showOnlyIf();
reorderTables();
chooseAtOnce();
ripen();
keepLooking();
tickWholePage();
livePlaceholders();
sendOnce();
