/** The page's own content, fetched again. */

/** Puts what the server shows now in place of what is there; says whether that went well.
 * @param {HTMLElement} main
 */
export async function refresh(main) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-cache" });
    if (!answer.ok || new URL(answer.url).pathname !== location.pathname) return false;
    const there = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = there.getElementById("main");
    if (!fresh?.dataset.live) return false;
    const focused = document.activeElement?.id;
    main.replaceChildren(...document.adoptNode(fresh).childNodes);
    for (const name of ["revision", "changes"]) {
      const value = fresh.dataset[name];
      if (value === undefined) delete main.dataset[name];
      else main.dataset[name] = value;
    }
    document.title = there.title;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return true;
  } catch {
    return false;
  }
}
