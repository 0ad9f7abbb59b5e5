// What stands in a part of a page as SVG: boxes, borders, patterns, small pictures and words, each
// where the browser placed it. Without foreignObject, which other programs cannot open.
(function () {
  "use strict";

  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  }

  function tag(name, given) {
    return "<" + name + Object.keys(given).map(function (key) {
      return " " + key + '="' + escaped(String(given[key])) + '"';
    }).join("") + "/>";
  }

  function seen(colour) { return !/^(transparent|rgba\(.*, 0\))$/.test(colour); }

  // Fills of the kinds of empty, as in poclens.css; one set a drawing.
  function patterns(ink) {
    return '<defs><pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="' + ink +
      '"/></pattern><pattern id="dotted" width="5" height="5" patternUnits="userSpaceOnUse"><circle cx="2.5" cy="2.5" r="1" fill="' + ink + '"/></pattern></defs>';
  }

  function pattern(node) {
    if (node.matches(".empty-not-reported")) { return "url(#hatched)"; }
    return node.matches(".empty-suppressed") ? "url(#dotted)" : null;
  }

  // The ground and the edges of an element; one that is turned is turned about its middle.
  function box(node, style, at) {
    var width = node.offsetWidth, height = node.offsetHeight, edge = parseFloat(style.borderTopWidth);
    var turn = /^matrix/.test(style.transform) ? style.transform.match(/[-\d.e]+/g).slice(0, 4).join(" ") : "1 0 0 1";
    var placed = "translate(" + (at.x + at.width / 2) + " " + (at.y + at.height / 2) + ") matrix(" + turn + " 0 0)";
    var round = Math.min(/%/.test(style.borderTopLeftRadius) ? width / 2 : parseFloat(style.borderTopLeftRadius) || 0, width / 2);
    var sides = ["Top", "Right", "Bottom", "Left"].map(function (side) {
      return { size: style["border" + side + "Style"] === "none" ? 0 : parseFloat(style["border" + side + "Width"]), ink: style["border" + side + "Color"], kind: style["border" + side + "Style"] };
    });
    var same = sides.every(function (side) { return side.size === edge && side.ink === sides[0].ink; });
    var ground = { x: -width / 2, y: -height / 2, width: width, height: height, rx: round, transform: placed, fill: "none" };
    function dashes(side) { return { dashed: "4 3", dotted: "1.6 2.4" }[side.kind] || "none"; }
    var found = "";
    if (seen(style.backgroundColor)) { found += tag("rect", Object.assign({}, ground, { fill: style.backgroundColor })); }
    if (pattern(node)) { found += tag("rect", Object.assign({}, ground, { fill: pattern(node) })); }
    if (same && edge && seen(sides[0].ink)) {
      return found + tag("rect", Object.assign({}, ground, {
        x: ground.x + edge / 2, y: ground.y + edge / 2, width: Math.max(0, width - edge), height: Math.max(0, height - edge),
        rx: Math.max(0, round - edge / 2), stroke: sides[0].ink, "stroke-width": edge, "stroke-dasharray": dashes(sides[0])
      }));
    }
    var ends = [[-1, -1, 1, -1], [1, -1, 1, 1], [-1, 1, 1, 1], [-1, -1, -1, 1]];
    sides.forEach(function (side, place) {
      if (!side.size || !seen(side.ink)) { return; }
      var end = ends[place];
      found += tag("line", { x1: end[0] * width / 2, y1: end[1] * height / 2, x2: end[2] * width / 2, y2: end[3] * height / 2, transform: placed, stroke: side.ink, "stroke-width": side.size, "stroke-dasharray": dashes(side) });
    });
    return found;
  }

  // A drawing that stretches with its place, in the place's own pixels: other programs would stretch its lines too.
  function unstretched(drawn, at) {
    var side = drawn.viewBox.baseVal;
    drawn.querySelectorAll("path").forEach(function (path) {
      path.setAttribute("d", path.getAttribute("d").replace(/([\d.]+) ([\d.]+)/g, function (whole, x, y) {
        return (x * at.width / side.width).toFixed(1) + " " + (y * at.height / side.height).toFixed(1);
      }));
      path.removeAttribute("vector-effect");
    });
    drawn.removeAttribute("preserveAspectRatio");
    drawn.setAttribute("viewBox", "0 0 " + at.width + " " + at.height);
  }

  // A picture of the page is SVG in a data address: its own elements, at its place.
  function picture(node, at) {
    if (!/^data:image\/svg/.test(node.src)) { return ""; }
    var text = decodeURIComponent(node.src.slice(node.src.indexOf(",") + 1));
    var drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (drawn.getAttribute("preserveAspectRatio") === "none") { unstretched(drawn, at); }
    Object.keys(at).forEach(function (name) { drawn.setAttribute(name, at[name]); });
    return new XMLSerializer().serializeToString(drawn);
  }

  // A line of words with its first point on the ground line; as wide as it stands on the page.
  function line(words, style) {
    var first = words[0], last = words[words.length - 1], size = parseFloat(style.fontSize);
    return '<text x="' + first.x + '" y="' + (first.y + 0.8 * first.height) + '" textLength="' + (last.x + last.width - first.x) +
      '" lengthAdjust="spacingAndGlyphs" font-size="' + size + '" font-weight="' + style.fontWeight + '" fill="' + style.color + '">' +
      escaped(words.map(function (word) { return word.text; }).join(" ")) + "</text>";
  }

  function written(node, style, place) {
    var found = [], range = document.createRange(), word, pieces = /[^ \t\n\r]+/g;
    while ((word = pieces.exec(node.data))) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      var box = range.getClientRects()[0];
      if (!box || !box.width) { continue; }
      var at = place(box), last = found[found.length - 1];
      at.text = word[0];
      if (last && Math.abs(last[0].y - at.y) < 2) { last.push(at); } else { found.push([at]); }
    }
    var sign = getComputedStyle(node.parentElement, "::before").content, before = "";
    if (found.length && node.previousSibling === null && /^".+"$/.test(sign)) {
      before = '<text x="' + (found[0][0].x - 3) + '" y="' + (found[0][0].y + 0.8 * found[0][0].height) + '" text-anchor="end" font-size="' +
        parseFloat(style.fontSize) + '" fill="' + style.color + '">' + escaped(sign.slice(1, -1).trim()) + "</text>";
    }
    return before + found.map(function (words) { return line(words, style); }).join("");
  }

  // The drawing of an element: its width, its height and its SVG from the corner (x, y).
  function drawing(root, x, y) {
    var from = root.getBoundingClientRect(), parts = [patterns(getComputedStyle(document.documentElement).getPropertyValue("--control").trim())];
    function place(box) { return { x: box.left - from.left, y: box.top - from.top, width: box.width, height: box.height }; }
    function visit(node) {
      if (node.nodeType === Node.TEXT_NODE) { parts.push(written(node, getComputedStyle(node.parentElement), place)); return; }
      if (node.nodeType !== Node.ELEMENT_NODE || node.matches(".hidden, .twin")) { return; }
      var style = getComputedStyle(node), at = place(node.getBoundingClientRect());
      if (style.display === "none" || style.visibility === "hidden") { return; }
      parts.push(box(node, style, at));
      if (node.matches(".rating-shape-on-track")) { parts.push(tag("circle", { cx: at.x + at.width / 2, cy: at.y + at.height / 2, r: 2.5, fill: style.color })); }
      if (node.matches(".rating-shape-too-close")) { parts.push(tag("path", { d: "M" + (at.x - 3) + " " + (at.y + at.height / 2) + "h" + (at.width + 6), stroke: style.color, "stroke-width": 1.4 })); }
      if (node.tagName === "IMG") { parts.push(picture(node, at)); return; }
      Array.prototype.forEach.call(node.childNodes, visit);
    }
    Array.prototype.forEach.call(root.childNodes, visit);
    return { width: from.width, height: from.height, svg: '<g transform="translate(' + x + " " + y + ')">' + parts.join("") + "</g>" };
  }

  window.poclensDrawing = drawing;
})();
