/** "In your time": every time of the programme in the reader's own zone, remembered for the event. */

/** @import { Session } from "./sessions.js" */

/**
 * The offset of a zone at a moment, in minutes.
 * @param {Date} moment
 * @param {string | undefined} timeZone
 */
function offset(moment, timeZone) {
  const there = new Date(moment.toLocaleString("en-US", { timeZone }));
  const universal = new Date(moment.toLocaleString("en-US", { timeZone: "UTC" }));
  return Math.round((there.getTime() - universal.getTime()) / 60_000);
}

/**
 * @param {HTMLElement} root
 * @param {Session[]} sessions
 */
export function ownTime(root, sessions) {
  const button = root.querySelector("[data-own-time]");
  const [first] = sessions;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!(button instanceof HTMLButtonElement) || !first || !own) return;
  if (offset(first.starts, own) === offset(first.starts, root.dataset.zone)) return;

  const lang = document.documentElement.lang;
  const clock = new Intl.DateTimeFormat(lang, lang === "en"
    ? { hour: "numeric", minute: "2-digit", hour12: true }
    : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const weekday = new Intl.DateTimeFormat(lang, { weekday: "short" });
  const day = (/** @type {Date} */ moment, /** @type {string | undefined} */ timeZone) =>
    moment.toLocaleDateString("en-CA", { timeZone });
  /** @param {Date} moment */
  const said = (moment) => {
    const time = clock.format(moment).replace(" AM", " am").replace(" PM", " pm");
    return day(moment, own) === day(moment, root.dataset.zone) ? time : `${weekday.format(moment)} ${time}`;
  };

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
      keep(place.querySelector(".at"), `${said(session.starts)}–${said(session.ends)}`);
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
    if (note) note.textContent = on ? `${label} (${own})` : noted;
  };

  button.hidden = false;
  button.title = own;
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
