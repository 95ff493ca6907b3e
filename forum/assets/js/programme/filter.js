/** The filter of the programme at once, without asking the server; the address follows. */

/** @import { Session } from "./sessions.js" */
/** @import { Stars } from "./stars.js" */

import { STARRED } from "./stars.js";

const MINE = "mine";

/**
 * @param {HTMLElement} root
 * @param {Session[]} sessions
 * @param {Stars} stars
 */
export function filterAtOnce(root, sessions, stars) {
  const form = root.querySelector(".filters form");
  const mine = root.querySelector("[data-mine]");
  if (!(mine instanceof HTMLButtonElement)) return;
  const selects = form ? [...form.querySelectorAll("select")] : [];
  const partial = "filtered" in root.dataset;
  const asked = new URLSearchParams(location.search);
  const colon = document.documentElement.lang.startsWith("zh") ? "：" : ": ";
  mine.hidden = !stars.kept;
  mine.setAttribute("aria-pressed", String(stars.kept && asked.get(MINE) === "1"));

  const chosen = () => selects.filter((select) => select.value);
  const onlyMine = () => mine.getAttribute("aria-pressed") === "true";

  /** @param {Session} session */
  const answers = (session) =>
    chosen().every((select) => (session.row.dataset[select.name] ?? "").split(" ").includes(select.value)) &&
    (!onlyMine() || stars.has(session.id));

  const address = () => {
    const query = new URLSearchParams(location.search);
    for (const select of selects) {
      if (select.value) query.set(select.name, select.value);
      else query.delete(select.name);
    }
    if (onlyMine()) query.set(MINE, "1");
    else query.delete(MINE);
    return query;
  };

  const show = () => {
    const active = chosen().length > 0 || onlyMine();
    let shown = 0;
    for (const session of sessions) {
      const fits = !active || answers(session);
      if (fits) shown += 1;
      session.row.hidden = !fits;
    }
    for (const group of root.querySelectorAll(".slots > li")) {
      if (group instanceof HTMLElement) group.hidden = !group.querySelector("[data-session]:not([hidden])");
    }
    for (const day of root.querySelectorAll(".day")) {
      if (!(day instanceof HTMLElement)) continue;
      day.hidden = !day.querySelector("[data-starts]:not([hidden])");
      day.classList.toggle("as-list", active);
    }
    tell(active, shown);
  };

  /**
   * @param {boolean} active
   * @param {number} shown
   */
  const tell = (active, shown) => {
    const named = chosen().map((select) => {
      const label = form?.querySelector(`label[for="${select.id}"]`)?.textContent ?? "";
      return `${label}${colon}${select.selectedOptions[0]?.textContent ?? ""}`;
    });
    if (onlyMine()) named.push(mine.textContent?.trim() ?? "");
    const found = root.querySelector("[data-found]");
    if (found instanceof HTMLElement && !partial) {
      const count = (root.dataset.count ?? "").replace("{number}", `${shown}`).replace("{total}", `${sessions.length}`);
      found.textContent = [count, ...named].join(" · ");
      found.hidden = !active;
    }
    for (const clear of root.querySelectorAll("[data-clear]")) {
      if (clear instanceof HTMLElement) clear.hidden = !active;
    }
    const nothing = root.querySelector("[data-nothing]");
    if (nothing instanceof HTMLElement) nothing.hidden = shown > 0;
    const names = root.querySelector("[data-named]");
    if (names && !partial) names.textContent = named.join(" · ");
  };

  const follow = () => {
    const query = address();
    const tail = query.size ? `?${query}` : "";
    if (partial) {
      // Only what answered to the old question is here.
      location.assign(location.pathname + tail);
      return;
    }
    history.replaceState(null, "", location.pathname + tail + location.hash);
    for (const day of document.querySelectorAll("a[data-day]")) {
      if (!(day instanceof HTMLAnchorElement)) continue;
      const preview = new URL(day.href).searchParams.get("preview");
      const carried = new URLSearchParams(query);
      if (preview) carried.set("preview", preview);
      day.search = carried.toString();
    }
    show();
  };

  for (const button of form?.querySelectorAll("button") ?? []) button.hidden = true;
  for (const select of selects) select.addEventListener("change", follow);
  mine.addEventListener("click", () => {
    mine.setAttribute("aria-pressed", String(!onlyMine()));
    follow();
  });
  for (const clear of root.querySelectorAll("[data-clear]")) {
    clear.addEventListener("click", (event) => {
      if (partial) return;
      event.preventDefault();
      for (const select of selects) select.value = "";
      mine.setAttribute("aria-pressed", "false");
      follow();
    });
  }
  root.addEventListener(STARRED, () => { if (onlyMine()) show(); });
  // A browser that goes back may have kept what was chosen.
  if (!partial) for (const select of selects) select.value = asked.get(select.name) ?? "";
  if (onlyMine() || (!partial && chosen().length)) show();
}
