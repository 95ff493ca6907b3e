/** Ticks or unticks every row of a list at once; shown only where script runs. */
export function tickWholePage() {
  for (const box of document.querySelectorAll("input[data-ticks]")) {
    if (!(box instanceof HTMLInputElement)) continue;
    const table = box.closest("table");
    if (!table) continue;
    const rows = [...table.querySelectorAll("tbody input[type=checkbox]")].filter((one) => one instanceof HTMLInputElement);
    const look = () => {
      const ticked = rows.filter((one) => one.checked).length;
      box.checked = ticked === rows.length;
      box.indeterminate = ticked > 0 && ticked < rows.length;
    };
    box.hidden = false;
    box.addEventListener("change", () => { for (const one of rows) one.checked = box.checked; });
    table.addEventListener("change", look);
    look();
  }
}
