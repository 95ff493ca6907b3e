/**
 * Looks again at a part of the page while something goes on, until it is over.
 *
 * [data-refresh]  the address of the page this part is on; the part there has the same id, and is
 *                 without the attribute once it is over: then the whole page is loaded
 */

/** How long to wait before looking again, in milliseconds. */
const WAIT = 3000;

/**
 * Puts what the server shows now in place of a part, and says whether it goes on.
 * @param {HTMLElement} part
 * @returns {Promise<boolean>}
 */
async function lookAgain(part) {
  const answer = await fetch(part.dataset.refresh ?? "", { headers: { Accept: "text/html" } });
  if (!answer.ok) return true;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById(part.id);
  if (!now?.hasAttribute("data-refresh")) {
    location.reload();
    return false;
  }
  part.replaceChildren(...now.childNodes);
  return true;
}

/** Keeps such parts up to date; one look at a time, and none while nobody sees the page. */
export function keepLooking() {
  for (const part of document.querySelectorAll("[data-refresh]")) {
    if (!(part instanceof HTMLElement)) continue;
    const again = async () => {
      const goes = document.hidden || (await lookAgain(part).catch(() => true));
      if (goes) setTimeout(again, WAIT);
    };
    setTimeout(again, WAIT);
  }
}
