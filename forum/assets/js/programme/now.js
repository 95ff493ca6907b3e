/**
 * What is on now, what comes next, what is over: by the clock of this device, twice a minute.
 * Where everything is over nothing is marked: who reads it then reads all of it.
 */

/** @import { Session } from "./sessions.js" */

const TICK = 30_000;

/**
 * @param {HTMLElement} root
 * @param {Session[]} sessions
 */
export function markNow(root, sessions) {
  const jump = root.querySelector("[data-jump]");
  const words = { now: root.dataset.now ?? "", next: root.dataset.next ?? "" };

  const mark = () => {
    const moment = new Date();
    const standing = sessions.filter((one) => !one.gone);
    const running = sessions.some((one) => moment < one.ends);
    const started = standing.some((one) => one.starts <= moment);
    const ahead = standing.filter((one) => one.starts > moment);
    // "Next" means something only once the programme has begun.
    const next = started && ahead.length ? Math.min(...ahead.map((one) => one.starts.getTime())) : 0;
    for (const session of sessions) {
      const now = !session.gone && session.starts <= moment && moment < session.ends;
      set(session, running && moment >= session.ends, now ? "now" : session.starts.getTime() === next && !session.gone ? "next" : "");
    }
    const first = standing.find((one) => one.starts <= moment && moment < one.ends);
    if (jump instanceof HTMLAnchorElement) {
      jump.hidden = !first || standing[0] === first;
      if (first) {
        first.row.id = `s-${first.id}`;
        jump.hash = first.row.id;
      }
    }
  };

  /**
   * @param {Session} session
   * @param {boolean} over
   * @param {"now" | "next" | ""} state
   */
  const set = (session, over, state) => {
    for (const place of session.places) {
      place.classList.toggle("over", over);
      if ((place.dataset.state ?? "") === state) continue;
      place.dataset.state = state;
      place.querySelector(".when")?.remove();
      if (!state) continue;
      const word = document.createElement("span");
      word.className = `tag when ${state === "now" ? "go" : "info"}`;
      word.textContent = words[state];
      (place.querySelector(".t") ?? place.querySelector("a"))?.before(word);
    }
  };

  mark();
  setInterval(mark, TICK);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) mark(); });
}
