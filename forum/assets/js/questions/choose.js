/**
 * Ticket types as cards: the form of a card stands there as soon as it is taken, by pointer or by
 * keys. Nothing is sent for good, the focus stays on the card, and what was typed comes back in its
 * boxes. Without this script, or without a line, the cards' own button does the same.
 */
import { showOnlyIf } from "./only-if.js";

/** How long somebody may look around among the cards by keys, in milliseconds. */
const LOOKING = 300;

/**
 * The form as the server shows it for the card that is taken; null where the page is to be loaded whole.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 * @param {AbortSignal} signal
 */
async function formFor(form, button, signal) {
  const body = new FormData(form);
  body.append(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", body, signal });
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("form [data-choose]")?.closest("form");
  return fresh instanceof HTMLFormElement ? { fresh, title: page.title, head: page.querySelector("h1") } : null;
}

/** Whether a file was chosen: a box for files cannot be filled again. @param {HTMLFormElement} form */
function hasFiles(form) {
  return [...form.querySelectorAll("input[type=file]")].some(
    (box) => box instanceof HTMLInputElement && (box.files?.length ?? 0) > 0);
}

/** Makes the cards of one form choose at once. @param {HTMLFormElement} form */
function watch(form) {
  const cards = form.querySelector("[data-choose]");
  const button = cards?.querySelector("button[name=choose]");
  if (!(cards instanceof HTMLElement) || !(button instanceof HTMLButtonElement)) return;
  button.hidden = true;
  /** @type {AbortController | null} */
  let asking = null;
  let soon = 0;

  async function follow() {
    if (hasFiles(form)) return form.requestSubmit(/** @type {HTMLButtonElement} */ (button));
    asking?.abort();
    asking = new AbortController();
    form.setAttribute("aria-busy", "true");
    const { signal } = asking;
    try {
      const found = await formFor(form, /** @type {HTMLButtonElement} */ (button), signal);
      if (!found) return form.requestSubmit(/** @type {HTMLButtonElement} */ (button));
      show(form, found);
    } catch {
      if (!signal.aborted) form.requestSubmit(/** @type {HTMLButtonElement} */ (button));
    }
  }

  cards.addEventListener("change", () => {
    clearTimeout(soon);
    soon = window.setTimeout(follow, LOOKING);
  });
}

/**
 * Puts what follows the cards in the place of what stands there; the cards and their focus stay.
 * @param {HTMLFormElement} form
 * @param {{ fresh: HTMLFormElement, title: string, head: Element | null }} found
 */
function show(form, { fresh, title, head }) {
  const cards = form.querySelector("[data-choose]");
  const newCards = fresh.querySelector("[data-choose]");
  if (!cards || !newCards) return;
  const before = document.querySelector("h1");
  if (before && head) before.textContent = head.textContent;
  document.title = title;
  carry(form, fresh);
  const held = document.activeElement;
  newCards.replaceWith(cards);
  form.enctype = fresh.enctype;
  form.replaceChildren(...fresh.childNodes);
  const same = held && form.contains(held) ? held : document.getElementById(held?.id ?? "");
  if (same instanceof HTMLElement) same.focus({ preventScroll: true });
  document.querySelector("[data-focus]")?.remove();
  form.removeAttribute("aria-busy");
  showOnlyIf();
}

/**
 * Takes along what was typed or ticked while the answer was on its way.
 * @param {HTMLFormElement} from
 * @param {HTMLFormElement} to
 */
function carry(from, to) {
  for (const box of from.elements) {
    const there = box.id ? to.querySelector(`#${CSS.escape(box.id)}`) : null;
    if (box instanceof HTMLInputElement && there instanceof HTMLInputElement) {
      if (box.type === "checkbox" || box.type === "radio") there.checked = box.checked;
      else if (box.type !== "hidden" && box.type !== "file") there.value = box.value;
    } else if (box instanceof HTMLTextAreaElement && there instanceof HTMLTextAreaElement) {
      there.value = box.value;
    } else if (box instanceof HTMLSelectElement && there instanceof HTMLSelectElement) {
      there.value = box.value;
    }
  }
}

/** Watches the forms of this page whose ticket types stand as cards. */
export function chooseAtOnce() {
  for (const cards of document.querySelectorAll("form [data-choose]")) {
    const form = cards.closest("form");
    if (form instanceof HTMLFormElement) watch(form);
  }
}
