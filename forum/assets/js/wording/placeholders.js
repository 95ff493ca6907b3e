/**
 * Placeholders beside the boxes they go into: each can be pressed to put it where the cursor was, is
 * marked while it is used, and what is in braces and not on the list is named while one types.
 * Without this script the server names it when the form is sent.
 */

const IN_BRACES = /[{｛]([^{}｛｝\n]{1,60})[}｝]/g;

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Box */

/** The boxes for words, not those that are hidden or picked. @param {HTMLFormElement} form */
function boxesOf(form) {
  return /** @type {Box[]} */ ([...form.querySelectorAll(".tongue textarea, .tongue input:not([type=hidden])")]);
}

/** Turns the name of a placeholder into a button. @param {HTMLElement} code @param {() => Box | null} target */
function makeButton(code, target) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linkish";
  code.replaceWith(button);
  button.append(code);
  button.addEventListener("click", () => {
    const box = target();
    if (!box) return;
    const start = box.selectionStart ?? box.value.length;
    box.setRangeText(code.textContent ?? "", start, box.selectionEnd ?? start, "end");
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/**
 * Marks what is used, and names what is not on the list.
 * @param {Box[]} boxes
 * @param {Map<string, HTMLElement>} known
 * @param {HTMLElement} says
 */
function look(boxes, known, says) {
  const used = new Set();
  for (const box of boxes) for (const found of box.value.matchAll(IN_BRACES)) used.add(found[1]?.trim().toLowerCase());
  for (const [name, code] of known) code.classList.toggle("used", used.has(name));
  const strange = [...used].filter((name) => !known.has(name)).map((name) => `{${name}}`);
  says.hidden = strange.length === 0;
  says.textContent = strange.length ? `${says.dataset.unknown} ${strange.join(" ")}` : "";
}

/** Makes the list of placeholders of this page live. */
export function livePlaceholders() {
  const form = document.querySelector("form[data-words]");
  const says = document.querySelector("[data-unknown]");
  if (!(form instanceof HTMLFormElement) || !(says instanceof HTMLElement)) return;
  const boxes = boxesOf(form);
  /** @type {Box | null} */
  let last = null;
  /** @type {Map<string, HTMLElement>} */
  const known = new Map();
  const target = () => last ?? boxes.find((box) => box instanceof HTMLTextAreaElement && box.checkVisibility()) ?? null;
  for (const code of document.querySelectorAll("code[data-placeholder]")) {
    if (!(code instanceof HTMLElement)) continue;
    known.set(code.dataset.placeholder ?? "", code);
    makeButton(code, target);
  }
  form.addEventListener("focusin", (event) => {
    const box = boxes.find((one) => one === event.target);
    if (box) last = box;
  });
  form.addEventListener("input", () => look(boxes, known, says));
  look(boxes, known, says);
}
