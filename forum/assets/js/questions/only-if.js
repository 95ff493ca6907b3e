/**
 * Questions that depend on an answer: shown while it is given. Without this script they stand there
 * with "If you answered …" above them, and the server leaves out what was not to be answered.
 */

/**
 * The values that are chosen in the boxes of this name.
 * @param {HTMLElement} form
 * @param {string} name
 */
function chosen(form, name) {
  const found = new Set();
  for (const box of form.querySelectorAll(`input[name="${CSS.escape(name)}"]`)) {
    if (box instanceof HTMLInputElement && box.checked && !isHidden(box)) found.add(box.value);
  }
  return found;
}

/** Whether a box stands in a question that is not shown itself. @param {Element} box */
function isHidden(box) {
  const around = box.closest(".only-if");
  return around !== null && !around.classList.contains("shown");
}

/** Shows what is to be answered, in the order of the page: one answer may open several, in turn. @param {HTMLElement} form */
function show(form) {
  for (const part of form.querySelectorAll(".only-if")) {
    if (!(part instanceof HTMLElement)) continue;
    const values = chosen(form, part.dataset.if ?? "");
    const wanted = (part.dataset.is ?? "").split(" ").filter(Boolean);
    part.classList.toggle("shown", wanted.length > 0 ? wanted.some((one) => values.has(one)) : values.size > 0);
  }
}

/** Keeps the forms of this page that ask such questions in order, and [data-asks], which sends nothing. */
export function showOnlyIf() {
  for (const form of document.querySelectorAll("form, [data-asks]")) {
    if (!(form instanceof HTMLElement) || !form.querySelector(".only-if")) continue;
    form.addEventListener("change", () => show(form));
    show(form);
  }
}
