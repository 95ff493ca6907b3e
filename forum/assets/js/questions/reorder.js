/**
 * Rows of a table that can be dragged into another order: the buttons in each row do the same, and
 * serve keyboards and touch. What was dragged is saved by sending the form that the table names.
 */

/**
 * The row before which a dragged one would fall, or null for the end.
 * @param {HTMLElement[]} rows
 * @param {number} y
 */
function before(rows, y) {
  return rows.find((row) => {
    const box = row.getBoundingClientRect();
    return y < box.top + box.height / 2;
  }) ?? null;
}

/** Makes the rows of one table draggable by their grips. @param {HTMLTableElement} table */
function reorder(table) {
  const form = document.getElementById(table.dataset.reorder ?? "");
  const body = table.tBodies[0];
  if (!(form instanceof HTMLFormElement) || !body) return;
  const ids = form.elements.namedItem("ids");
  if (!(ids instanceof HTMLInputElement)) return;
  const rows = () => [...body.rows];
  const order = () => rows().map((row) => row.dataset.id ?? "").join(" ");
  const first = order();
  /** @type {HTMLElement | null} */
  let held = null;
  for (const row of rows()) {
    const grip = row.querySelector(".grip");
    if (!(grip instanceof HTMLElement)) continue;
    grip.hidden = false;
    grip.addEventListener("mousedown", () => { row.draggable = true; });
    addEventListener("mouseup", () => { row.draggable = false; });
    row.addEventListener("dragstart", (event) => {
      held = row;
      row.classList.add("carried");
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("carried");
      row.draggable = false;
      held = null;
      if (order() === first) return;
      ids.value = order();
      form.requestSubmit();
    });
  }
  body.addEventListener("dragover", (event) => {
    if (!held) return;
    event.preventDefault();
    const mine = held;
    body.insertBefore(mine, before(rows().filter((row) => row !== mine), event.clientY));
  });
}

/** Lets the tables of this page that ask for it be put in order by dragging. */
export function reorderTables() {
  for (const table of document.querySelectorAll("table[data-reorder]")) {
    if (table instanceof HTMLTableElement) reorder(table);
  }
}
