// Files to take away, made in the browser from what a card shows; nothing is sent anywhere.
(function () {
  "use strict";

  var LINE = 17, EDGE = 16, FONT = "Inter, system-ui, sans-serif";

  function save(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }

  // CSV ------------------------------------------------------------------------------------------
  function words(cell) {
    var mark = cell.querySelector("[role=img]");
    return cell.innerText.replace(/\s+/g, " ").trim() || cell.textContent.trim() || (mark ? mark.getAttribute("aria-label") : "");
  }

  function quoted(text, mark) {
    return /["\n\r]/.test(text) || text.indexOf(mark) >= 0 ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  // What a spreadsheet would take for a formula becomes text.
  function harmless(text) {
    var isFormula = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]./.test(text) && !/^-[\d.,\s]+%?$/.test(text);
    return isFormula ? "'" + text : text;
  }

  function cells(row) {
    var found = [];
    Array.prototype.forEach.call(row.cells, function (cell) {
      found.push(words(cell));
      for (var more = 1; more < cell.colSpan; more += 1) { found.push(""); }
    });
    return found;
  }

  function status(row) {
    var empty = row.querySelector(".empty");
    if (!empty) { return ""; }
    return empty.dataset.reason || "";
  }

  // Title, notes, heads and rows of a card's tables, each row with its status at the end.
  function gathered(card, foot) {
    var head = null, rows = [];
    card.querySelectorAll("table").forEach(function (table) {
      Array.prototype.forEach.call(table.rows, function (row) {
        if (row.parentElement.tagName !== "THEAD") { rows.push(cells(row).concat(status(row))); return; }
        if (!head) { head = cells(row).concat(foot.dataset.status); }
      });
    });
    var title = card.querySelector("h2");
    var notes = [card.querySelector(".subtitle")].concat(Array.prototype.slice.call(card.querySelectorAll(":scope > p.note")))
      .filter(Boolean).map(function (found) { return words(found); });
    return { title: title ? words(title) : "", notes: notes.concat(foot.dataset.source), head: head || [], rows: rows };
  }

  function csv(card, foot) {
    var mark = document.documentElement.lang === "fr" ? ";" : ",", table = gathered(card, foot);
    var above = [table.title].concat(table.notes).map(function (text) { return [text]; });
    var text = above.concat([table.head], table.rows).map(function (row) {
      return row.map(function (cell) { return quoted(harmless(cell), mark); }).join(mark);
    }).join("\r\n");
    save(new Blob(["\ufeff" + text + "\r\n"], { type: "text/csv;charset=utf-8" }), foot.dataset.file + ".csv");
  }

  // The server writes the workbook from the cells that it is sent: the same cells as the page.
  function xlsx(card, foot) {
    var table = Object.assign(gathered(card, foot), { lang: document.documentElement.lang, file: foot.dataset.file });
    fetch("/table.xlsx", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(table) })
      .then(function (answer) { return answer.ok ? answer.blob() : Promise.reject(answer.status); })
      .then(function (blob) { save(blob, foot.dataset.file + ".xlsx"); });
  }

  // Pictures -------------------------------------------------------------------------------------
  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  function lines(text, width, size) {
    var most = Math.max(20, Math.floor(width / (size * 0.52))), found = [""];
    text.split(/\s+/).forEach(function (word) {
      var last = found[found.length - 1];
      if (last && last.length + word.length + 1 > most) { found.push(word); }
      else { found[found.length - 1] = last ? last + " " + word : word; }
    });
    return found;
  }

  function written(text, x, y, width, size, weight, ink) {
    var rows = lines(text, width, size);
    var spans = rows.map(function (row, place) {
      return '<text x="' + x + '" y="' + (y + place * LINE) + '" font-size="' + size + '" font-weight="' +
        weight + '" fill="' + ink + '">' + escaped(row) + "</text>";
    });
    return { svg: spans.join(""), height: rows.length * LINE };
  }

  // The classes of a map with their fills, in one row.
  function classes(card, x, y, ink) {
    var found = Array.prototype.slice.call(card.querySelectorAll(".class-row .class"));
    var svg = found.map(function (one, place) {
      var at = x + place * 96, fill = getComputedStyle(one.querySelector(".class-fill")).backgroundColor;
      return '<rect x="' + at + '" y="' + (y - 10) + '" width="90" height="10" fill="' + fill + '"/>' +
        written(one.textContent, at, y + 14, 96, 11.5, 400, ink).svg;
    });
    return { svg: svg.join(""), height: found.length ? 44 : 0 };
  }

  // What a card draws, part below part.
  function drawn(card, x, y) {
    var found = { width: 0, height: 0, svg: "" };
    card.querySelectorAll("[data-drawn]").forEach(function (root) {
      if (root.parentElement.closest("[data-drawn]")) { return; }
      var part = window.poclensDrawing(root, x, y + found.height);
      found.svg += part.svg;
      found.width = Math.max(found.width, part.width);
      found.height += part.height + 10;
    });
    return found;
  }

  function picture(card, foot) {
    var style = getComputedStyle(document.documentElement);
    var ink = style.getPropertyValue("--ink"), soft = style.getPropertyValue("--ink-2");
    var ground = style.getPropertyValue("--surface");
    var width = card.clientWidth, y = EDGE + 12, body = "";
    // Torn from its page a picture must still say what it is of: the page's title comes first.
    var texts = [[document.getElementById("page-title"), 12.5, 400, soft], [card.querySelector("h2"), 16, 650, ink], [card.querySelector(".subtitle"), 12.5, 400, soft]];
    texts.forEach(function (given) {
      if (!given[0] || given[0].closest("figure")) { return; }
      var part = written(given[0].textContent, EDGE, y, width - 2 * EDGE, given[1], given[2], given[3]);
      body += part.svg;
      y += part.height + 4;
    });
    var own = drawn(card, EDGE, y);
    width = Math.max(width, own.width + 2 * EDGE);
    body += own.svg;
    y += own.height;
    y += 10;
    var legend = classes(card, EDGE, y, soft);
    y += legend.height;
    var source = written(foot.dataset.source, EDGE, y, width - 2 * EDGE, 11.5, 400, soft);
    var height = y + source.height + EDGE;
    return { width: width, height: height, svg: '<svg xmlns="http://www.w3.org/2000/svg" ' +
      'xmlns:xlink="http://www.w3.org/1999/xlink" width="' + width + '" height="' + height +
      '" font-family="' + FONT + '"><rect width="100%" height="100%" fill="' + ground + '"/>' +
      body + legend.svg + source.svg + "</svg>" };
  }

  function png(drawn, name) {
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = 2 * drawn.width;
      canvas.height = 2 * drawn.height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) { save(blob, name + ".png"); }, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawn.svg);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest(".take-away [data-action]");
    var foot = button && button.closest("[data-file]"), card = button && button.closest(".card");
    if (!foot || !card) { return; }
    if (button.dataset.action === "csv") { csv(card, foot); return; }
    if (button.dataset.action === "xlsx") { xlsx(card, foot); return; }
    var drawing = picture(card, foot);
    if (button.dataset.action === "png") { png(drawing, foot.dataset.file); return; }
    save(new Blob([drawing.svg], { type: "image/svg+xml" }), foot.dataset.file + ".svg");
  });
})();
