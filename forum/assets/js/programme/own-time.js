/** "In your time": every time of the programme in the reader's own zone, remembered for the event. */

/** @import { Session } from "./sessions.js" */

import { OWN_ZONE, columnClock, columnSpan, dayIn, isElsewhere, weekday } from "../times/own.js";

/**
 * @param {HTMLElement} root
 * @param {Session[]} sessions
 */
export function ownTime(root, sessions) {
  const button = root.querySelector("[data-own-time]");
  const [first] = sessions;
  if (!(button instanceof HTMLButtonElement) || !first) return;
  const there = root.dataset.zone;
  if (!isElsewhere(first.starts, there)) return;

  /** @param {Date} moment */
  const isSameDay = (moment) => dayIn(moment, OWN_ZONE) === dayIn(moment, there);
  /** @param {Date} moment */
  const said = (moment) => isSameDay(moment) ? columnClock(moment) : `${weekday(moment)} ${columnClock(moment)}`;
  /**
   * @param {Date} starts
   * @param {Date} ends
   */
  const span = (starts, ends) =>
    isSameDay(starts) && isSameDay(ends) ? columnSpan(starts, ends) : `${said(starts)}–${said(ends)}`;

  /** @type {{ element: Element, there: string, here: string }[]} */
  const times = [];
  /**
   * @param {Element | null | undefined} element
   * @param {string} here
   */
  const keep = (element, here) => {
    if (element) times.push({ element, there: element.textContent ?? "", here });
  };
  for (const element of root.querySelectorAll("time[datetime]")) {
    if (element instanceof HTMLTimeElement) keep(element, said(new Date(element.dateTime)));
  }
  for (const session of sessions) {
    for (const place of session.places) {
      keep(place.querySelector(".until"), (root.dataset.until ?? "{time}").replace("{time}", said(session.ends)));
      keep(place.querySelector(".at"), span(session.starts, session.ends));
    }
  }
  const note = root.querySelector("[data-zone-note]");
  const noted = note?.textContent ?? "";
  const key = `forum.own-time.${root.dataset.event}`;
  const label = button.textContent?.trim() ?? "";

  /** @param {boolean} on */
  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    for (const { element, there, here } of times) element.textContent = on ? here : there;
    if (note) note.textContent = on ? `${label} (${OWN_ZONE})` : noted;
  };

  button.hidden = false;
  button.title = OWN_ZONE;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    show(on);
    try {
      if (on) localStorage.setItem(key, "1");
      else localStorage.removeItem(key);
    } catch {
      // Then it holds for this page alone.
    }
  });
  try {
    if (localStorage.getItem(key)) show(true);
  } catch {
    // Nothing is remembered here.
  }
}
