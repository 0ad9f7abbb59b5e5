// Sorting a table by the head of a column; what has no figure stays last.
(function () {
  "use strict";

  // 1,234.5 or 1 234,5 as a number; text stays text.
  function amount(text) {
    var isFrench = document.documentElement.lang === "fr";
    var plain = text.replace(/[\u202f\u00a0\s]/g, "").replace("\u2212", "-");
    plain = isFrench ? plain.replace(",", ".") : plain.replace(/,/g, "");
    var found = plain.match(/^-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : null;
  }

  function value(row, place) {
    var cell = row.cells[place];
    if (!cell || cell.querySelector(".empty")) { return null; }
    var text = cell.innerText.trim();
    if (!text) { return null; }
    var number = amount(text);
    return number === null ? text : number;
  }

  function compare(one, other) {
    if (one === null || other === null) { return (one === null) - (other === null); }
    if (typeof one === "number" && typeof other === "number") { return one - other; }
    return String(one).localeCompare(String(other), document.documentElement.lang);
  }

  function order(body, rows) { rows.forEach(function (row) { body.appendChild(row); }); }

  // Dash goes on from the order that it wrote: it stands again before a page changes.
  function restore() {
    document.querySelectorAll("table.sorted").forEach(function (table) {
      var rows = Array.prototype.slice.call(table.tBodies[0].rows);
      rows.sort(function (one, other) { return one.dataset.place - other.dataset.place; });
      order(table.tBodies[0], rows);
      table.classList.remove("sorted");
      table.querySelectorAll("th[aria-sort]").forEach(function (head) { head.removeAttribute("aria-sort"); });
      rows.forEach(function (row) { delete row.dataset.place; });
    });
  }
  window.poclens = window.poclens || {};
  window.poclens.restoreTables = restore;

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-action=sort]");
    if (!button) { return; }
    var head = button.closest("th"), table = button.closest("table"), body = table.tBodies[0];
    var isDown = head.getAttribute("aria-sort") === "ascending";
    var rows = Array.prototype.slice.call(body.rows);
    if (!table.classList.contains("sorted")) {
      rows.forEach(function (row, place) { row.dataset.place = place; });
      table.classList.add("sorted");
    }
    table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    var keyed = rows.map(function (row) { return [value(row, head.cellIndex), row]; });
    keyed.sort(function (one, other) {
      var isEmpty = one[0] === null || other[0] === null;
      return compare(one[0], other[0]) * (isDown && !isEmpty ? -1 : 1);
    });
    order(body, keyed.map(function (pair) { return pair[1]; }));
  });
})();
